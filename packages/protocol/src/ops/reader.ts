import { z } from 'zod';
import type { Declared } from './fields.js';

/** In a reader's `Lacks`: any text or number is read, also a word that this version does not know. */
export const asWritten: unique symbol = Symbol('as written');

/**
 * What a reader does without, by field: what is read where a file lacks the field or has `null` there. `undefined`: the
 * field stays missing. Of a list, a list says that it may be missing itself, and what its rows may lack; an object says
 * only what its rows may lack. An object that is named may be missing where nothing in it is needed.
 */
export type Lacks<T> = T extends readonly (infer E)[]
  ? readonly [] | readonly [Lacks<E>] | Lacks<E>
  : T extends object
    ? { readonly [K in keyof T]?: Lacks<NonNullable<T[K]>> | undefined }
    : T extends boolean
      ? T | undefined
      : T | typeof asWritten | undefined;

/**
 * A reader of what is declared, for files of an older or a newer server, or damaged ones. A field that is not declared is
 * kept, one that is missing is `null` where it may be so, or what `lacks` says; anything else is an error, whose path names
 * the field.
 */
export function readerOf<S extends z.ZodType>(
  declared: S,
  lacks: Lacks<Declared<S>> | undefined = undefined,
): z.ZodType<Declared<S>> {
  return read(declared, lacks) as unknown as z.ZodType<Declared<S>>;
}

function read(declared: z.core.$ZodType, lacks: unknown): z.ZodType {
  if (declared instanceof z.ZodNullable) return read(declared.unwrap(), lacks).nullable().default(null);
  if (declared instanceof z.ZodExactOptional) {
    const inner = declared.unwrap();
    // Absent and `null` are two answers here: neither stands for the other.
    return inner instanceof z.ZodNullable ? read(inner.unwrap(), lacks).nullish() : orMissing(read(inner, lacks));
  }
  if (declared instanceof z.ZodArray) {
    return z.array(read(declared.element, Array.isArray(lacks) ? lacks[0] : lacks));
  }
  // By any name: of a newer server's, and of all those that an older one did not know.
  if (declared instanceof z.ZodRecord) return z.record(z.string(), read(declared.valueType, undefined));
  if (declared instanceof z.ZodDiscriminatedUnion) {
    const [first, ...others] = declared.options.map((each) => read(each, lacks) as z.ZodObject);
    if (first !== undefined) return z.discriminatedUnion(declared.def.discriminator, [first, ...others]);
  }
  // One that says what else it may have is read as it is.
  if (declared instanceof z.ZodObject && declared.def.catchall === undefined) return readObject(declared, lacks);
  if (lacks !== asWritten) return declared as z.ZodType;
  return declared instanceof z.ZodNumber ? z.number() : z.string();
}

function readObject(declared: z.ZodObject, lacks: unknown): z.ZodType {
  const known = (lacks ?? {}) as Readonly<Record<string, unknown>>;
  return z.looseObject(
    Object.fromEntries(
      Object.entries(declared.shape).map(([name, each]) => {
        const reader = read(each, known[name]);
        return [name, Object.hasOwn(known, name) ? orInstead(reader, each, known[name]) : reader];
      }),
    ),
  );
}

/** With what is read instead of a field that is missing. */
function orInstead(reader: z.ZodType, declared: z.core.$ZodType, instead: unknown): z.ZodType {
  const isFilled = declared instanceof z.ZodNullable || declared instanceof z.ZodExactOptional;
  if (instead === asWritten || isFilled || declared instanceof z.ZodDiscriminatedUnion) return reader;
  if (instead === undefined) return orMissing(reader);
  if (declared instanceof z.ZodArray) {
    return Array.isArray(instead) ? reader.nullish().transform((value) => value ?? []) : reader;
  }
  // An object of which something is needed is refused here, with that field's name.
  if (declared instanceof z.ZodObject) return reader.prefault({});
  return reader.nullish().transform((value) => value ?? instead);
}

function orMissing(reader: z.ZodType): z.ZodType {
  return reader.nullish().transform((value) => value ?? undefined);
}
