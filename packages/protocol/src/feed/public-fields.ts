import { z } from 'zod';

/**
 * Which fields may leave for everyone. A field is public where its schema was marked by `published`, and nowhere else:
 * one that is added without the mark stays inside (contract, section 5). The mark is on the field, not on its parent, so
 * an object's fields are each marked by themselves.
 */
const marks = z.registry<{ readonly public: true }>();

/** Marks a field as public; use it on the field's own schema, where the field stands. */
export function published<S extends z.ZodType>(schema: S): S {
  // A schema that is shared by two fields must not make both public: each mark is on a schema of its own.
  const own = schema.clone() as S;
  marks.add(own, { public: true });
  return own;
}

/** Leaves of a value only what is public; gives the same object for the same object, and the object itself where all is. */
export type PublicView<T> = (value: T) => T;

/**
 * Makes the allow-list of a schema: what is not marked is dropped, at every depth.
 * @throws Error where the schema could let through what it does not name (a record, a loose object, `unknown`).
 */
export function publicView<T>(schema: z.ZodType<T>): PublicView<T> {
  return viewOf(schema, '') as PublicView<T>;
}

type View = (value: unknown) => unknown;

function viewOf(schema: z.ZodType, path: string): View {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return objectView(inner, path);
  if (inner instanceof z.ZodArray) return arrayView(viewOf(inner.element as z.ZodType, `${path}[]`));
  if (isScalar(inner)) return (value) => value;
  throw new Error(`${path || 'the schema'}: only objects, arrays and scalars can be public, not ${inner.def.type}`);
}

function objectView(schema: z.ZodObject, path: string): View {
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>)
    .filter(([, field]) => marks.has(field))
    .map(([name, field]) => [name, viewOf(field, `${path}.${name}`)] as const);
  const known = new WeakMap<object, object>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const before = known.get(value);
    if (before !== undefined) return before;
    const given = value as Record<string, unknown>;
    const shown: Record<string, unknown> = {};
    let isWhole = true;
    for (const [name, view] of fields) {
      if (!Object.hasOwn(given, name)) continue;
      shown[name] = view(given[name]);
      isWhole &&= shown[name] === given[name];
    }
    isWhole &&= Object.keys(shown).length === Object.keys(given).length;
    const result = isWhole ? value : shown;
    known.set(value, result);
    return result;
  };
}

function arrayView(element: View): View {
  const known = new WeakMap<object, object>();
  return (value) => {
    if (!Array.isArray(value)) return value;
    const before = known.get(value);
    if (before !== undefined) return before;
    const shown = value.map(element);
    const result = shown.every((each, i) => each === value[i]) ? value : shown;
    known.set(value, result);
    return result;
  };
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodExactOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodReadonly
  ) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

function isScalar(schema: z.ZodType): boolean {
  return (
    schema instanceof z.ZodString ||
    schema instanceof z.ZodNumber ||
    schema instanceof z.ZodBoolean ||
    schema instanceof z.ZodEnum ||
    schema instanceof z.ZodLiteral
  );
}
