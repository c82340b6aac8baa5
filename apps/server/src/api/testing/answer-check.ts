import { Ajv2020 } from 'ajv/dist/2020.js';

interface Content {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Content>>;
}
/** What tests read of an OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Content>>;
  };
}

/** An answer as a caller has it. */
export interface Answered {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/**
 * What is wrong with an answer by the document; empty where nothing is. Stricter than the document: a field that it does
 * not name is wrong, too.
 */
export function problemsOf(document: Document, method: string, path: string, answered: Answered): unknown[] {
  const { status, type, body } = answered;
  const { components, paths } = document;
  const named = paths[path]?.[method]?.responses[status];
  const answer = named?.$ref === undefined ? named : components.responses[named.$ref.split('/').at(-1) ?? ''];
  const schema = answer?.content?.[type?.split(';')[0] ?? '']?.schema;
  if (schema === undefined) return [`${method} ${path} has no answer ${status} of ${type}`];
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const check = ajv.compile({ ...schema, components: { schemas: closed(components.schemas) } });
  return check(body) ? [] : (check.errors ?? []);
}

/** The same schemas, without fields that they do not name. Parts of an `allOf` stay open for each other's fields. */
function closed(schemas: Document['components']['schemas']): object {
  const parts = new Set(
    [...JSON.stringify(schemas).matchAll(/"allOf":\[(.*?)\]/g)].flatMap(([, all = '']) => refsIn(all)),
  );
  const close = (value: unknown, isPart: boolean): unknown => {
    if (Array.isArray(value)) return value.map((each) => close(each, isPart));
    if (typeof value !== 'object' || value === null) return value;
    const inner = Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        close(each, key === 'allOf' || (isPart && key === 'properties')),
      ]),
    );
    const isOpen = isPart || !('properties' in value) || 'additionalProperties' in value;
    return isOpen || typeof (value as { properties: unknown }).properties !== 'object'
      ? inner
      : { ...inner, additionalProperties: false };
  };
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema, parts.has(name))]));
}

function refsIn(text: string): string[] {
  return [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
}
