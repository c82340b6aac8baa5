import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { randomOf } from '../apps/server/src/testing/leaks/random.js';
import { mutate } from './mutate.js';
import type { Parser } from './parser.js';
import { sourceParsers } from './source-parsers.js';
import { storedParsers } from './stored-parsers.js';
import { wireParsers } from './wire-parsers.js';

/** How many times more inputs the long form tries. `FUZZ_SEED` begins elsewhere; the same seed gives the same inputs. */
const TIMES = process.env.OKBOXBOX_LONG === '1' ? 50 : 1;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** An input that takes longer than this to read is a fault, on however busy a machine: one is read in milliseconds. */
const STUCK_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'okboxbox-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PARSERS: readonly Parser[] = [
  ...(await wireParsers()),
  ...(await storedParsers(folder)),
  ...sourceParsers(folder),
];

/** What a parser makes of an input that is not what it should be: `null`, or the error that nobody catches. */
async function faultOf({ read, refusals }: Parser, bytes: Uint8Array): Promise<unknown> {
  try {
    await read(bytes);
    return null;
  } catch (error) {
    return error instanceof Error && refusals.includes(error.name) && error.message !== '' ? null : error;
  }
}

describe('a damaged input is read as far as it is good, or refused in plain words', () => {
  it.each(PARSERS.map((parser) => [parser.name, parser] as const))('%s, undamaged', async (_, parser) => {
    for (const bytes of parser.good) expect(await parser.read(bytes)).not.toBeInstanceOf(Error);
  });

  it.each(PARSERS.map((parser) => [parser.name, parser] as const))(
    '%s',
    { timeout: 40 * 60_000 },
    async (name, parser) => {
      const random = randomOf(SEED);
      for (let i = 0; i < parser.times * TIMES; i++) {
        const bytes = mutate(random.pick(parser.good), random);
        const stuck = setTimeout(
          () => process.stderr.write(`${name}: input ${i} of seed ${SEED} takes long\n`),
          STUCK_MS,
        );
        const fault = await faultOf(parser, bytes);
        clearTimeout(stuck);
        if (fault === null) continue;
        const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
        expect.fail(
          `input ${i} of FUZZ_SEED=${SEED}: ${told}\n${Buffer.from(bytes.subarray(0, 400)).toString('latin1')}`,
        );
      }
    },
  );
});
