import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { apiSchemas, SCHEMAS_FILE } from '../../../../scripts/api-schemas.mjs';
import { HTTP_CALLS } from '../testing/rights-table.js';
import { CALLS } from './calls.js';
import { openApi } from './openapi.js';
import type { Document } from './testing/answer-check.js';

const root = new URL('../../../../', import.meta.url);

const document = openApi() as Document;

describe('docs/openapi.json', () => {
  it('is what the declarations say: else run "npm run generate"', () => {
    const file = readFileSync(new URL('docs/openapi.json', root), 'utf8');
    expect(file).toBe(`${JSON.stringify(openApi(), null, 2)}\n`);
  });

  it('has the schemas of the types as they are: else run "npm run generate"', { timeout: 180_000 }, () => {
    expect(readFileSync(new URL(SCHEMAS_FILE, root), 'utf8')).toBe(apiSchemas());
  });

  it('is a valid OpenAPI 3.1 document', async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(document)))).toMatchObject({ valid: true });
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('the validator refuses a document with a wrong type', async () => {
    const broken = { ...JSON.parse(JSON.stringify(document)), paths: { '/x': { get: { responses: 'none' } } } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('has every route of the rights table with the same right, and no other', () => {
    const declared = Object.fromEntries(CALLS.map(({ method, path, right }) => [`${method} ${path}`, right]));
    const needed = Object.fromEntries(Object.entries(HTTP_CALLS).map(([route, { needs }]) => [route, needs]));
    expect(declared).toEqual(needed);
  });
});
