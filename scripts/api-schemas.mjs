// Makes JSON schemas of the types that answers and messages are declared with, comments included. Only what TypeScript
// itself works out is complete: some of these types are made from tables and from other schemas.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

/** Where the generated schemas go, and the type whose fields are the schemas. */
export const SCHEMAS_FILE = 'apps/server/src/api/schemas.generated.ts';
const ROOT_FILE = join(ROOT, 'apps/server/src/api/schema-types.ts');
const ROOT_TYPE = 'SchemaTypes';
const REF = '#/definitions/';

/** The text of `SCHEMAS_FILE`. Takes some seconds. */
export function apiSchemas() {
  const generator = createRequire(import.meta.url)('typescript-json-schema');
  const options = {
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    customConditions: ['okboxbox:source'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: [],
  };
  const program = generator.getProgramFromFiles([ROOT_FILE], options, ROOT);
  const made = generator.generateSchema(program, ROOT_TYPE, { required: true, aliasRef: true, ignoreErrors: true });
  if (made === null) throw new Error(`No schemas can be made of ${ROOT_TYPE}.`);
  return fileOf(namedSchemas(made));
}

function fileOf(schemas) {
  const lines = Object.keys(schemas)
    .sort()
    .map((name) => `  ${name}: ${JSON.stringify(schemas[name])},`);
  return [
    '// Generated from schema-types.ts by "npm run generate": do not edit.',
    '/** JSON schemas of answers and messages, by name. They refer to each other by `#/components/schemas/NAME`. */',
    'export const SCHEMAS: Readonly<Record<string, object>> = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

/** Schemas by the names that the types have in code; types without a name of their own become part of those with one. */
function namedSchemas({ definitions, properties }) {
  const named = {};
  // The generator may have one type under several names of its own (`found`), and give a list the name of what is in it.
  const names = new Map();
  const add = (key, schema, found = key) => {
    if (names.has(found)) return names.get(found);
    names.set(found, key);
    const made = settled(schema, [found]);
    if (named[key] !== undefined && withoutText(named[key]) !== withoutText(made)) names.set(found, null);
    else named[key] ??= made;
    return names.get(found);
  };
  const settled = (schema, within) => {
    if (Array.isArray(schema)) return schema.map((each) => settled(each, within));
    if (typeof schema === 'string') return schema.replace(/\s*\n\s*/g, ' ');
    if (typeof schema !== 'object' || schema === null) return schema;
    const { $ref, ...rest } = schema;
    if ($ref === undefined) {
      return Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [key, ordered(key, settled(value, within))]),
      );
    }
    const found = decodeURIComponent($ref.slice(REF.length));
    const wanted = nameOf(found);
    const name = wanted === null ? null : add(wanted, definitions[found], found);
    if (name !== null) return { ...rest, $ref: `#/components/schemas/${name}` };
    if (within.includes(found)) throw new Error(`A type without a name contains itself: ${found}`);
    return { ...settled(definitions[found], [...within, found]), ...rest };
  };
  for (const [key, schema] of Object.entries(properties)) {
    const own = schema.$ref === undefined ? null : decodeURIComponent(schema.$ref.slice(REF.length));
    // The name in the table is the one that counts: an alias of it would be a second one.
    const isNamedSo = own !== null && nameOf(own) === key;
    const name = isNamedSo ? add(key, definitions[own], own) : add(key, schema);
    if (name === null) throw new Error(`Another type has the name ${key}: rename one.`);
  }
  return named;
}

function withoutText({ description, ...schema }) {
  return JSON.stringify(schema);
}

/** TypeScript's own order of some parts changes with code that has nothing to do with them. */
function ordered(key, value) {
  if (key === 'properties' && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (key !== 'anyOf' && !(key === 'type' && Array.isArray(value))) return value;
  return value
    .map((each) => JSON.stringify(each))
    .sort()
    .map((each) => JSON.parse(each));
}

/** The name that a type has in code; `null` where it has none. */
function nameOf(found) {
  const name = found.replace(/^import\(.*\)\./, '');
  const isOwn = /^[A-Z]\w*$/.test(name) && !/_\d+$/.test(name) && !UTILITIES.has(name);
  return isOwn ? name : null;
}

/** Types of TypeScript itself. */
const UTILITIES = new Set(['Record', 'Readonly', 'Partial', 'Pick', 'Omit', 'ReadonlyArray', 'Array', 'Exclude']);
