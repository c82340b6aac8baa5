import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import {
  DRILLS,
  type DrillResult,
  documentOf,
  FOUND_WITHIN_MS,
  inWords,
  resultLine,
  runDrill,
  strangers,
} from '../src/index.js';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'drills.md');
const results = new Map<string, DrillResult>();

afterAll(() => {
  // A run of some of them, or one that could not run all, has no matrix to show.
  const all = DRILLS.flatMap(({ name }) => results.get(name) ?? []);
  if (all.length === DRILLS.length) writeFileSync(DOCUMENT, documentOf(all));
});

describe.concurrent('a drill is found with its cause, alone, and cleared by its fix', () => {
  it.for(DRILLS.map((drill) => [drill.name, drill] as const))('%s', async ([name, drill], { expect }) => {
    const result = await runDrill(drill);
    results.set(name, result);
    process.stdout.write(`${resultLine(result)}\n`);
    expect(result.found?.finding, `seen in ${FOUND_WITHIN_MS} ms: ${inWords(result.seen)}`).toMatchObject({
      code: drill.code,
      cause: drill.cause,
      evidence: expect.arrayContaining([expect.anything()]),
      nextStep: { text: expect.stringMatching(/./) },
      runbook: expect.stringContaining('runbook'),
    });
    expect(strangers(drill, result.seen)).toEqual([]);
    expect(result.clearedAfterMs).not.toBeNull();
  });
});
