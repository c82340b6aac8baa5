import { SCHEMAS } from './schemas.generated.js';

const REF = /"#\/components\/schemas\/(\w+)"/g;

/** The schemas that a text of a document refers to, and those that they refer to. */
export function schemasFor(text: string): Record<string, object> {
  const found: Record<string, object> = {};
  const add = (from: string) => {
    for (const [, name = ''] of from.matchAll(REF)) {
      if (found[name] !== undefined) continue;
      const schema = SCHEMAS[name];
      if (schema === undefined) throw new Error(`There is no schema ${name}: run "npm run generate".`);
      found[name] = schema;
      add(JSON.stringify(schema));
    }
  };
  add(text);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
