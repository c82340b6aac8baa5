import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackSectionReport } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fields, listOf, number, type Rule, text } from './allow-list.js';
import { FreeTexts } from './free-texts.js';
import { LastScan, Patterns } from './last-scan.js';
import { Pace } from './pace.js';
import { PackFile } from './pack-file.js';
import { Pseudonyms } from './pseudonyms.js';
import type { PackDeps, PackScope, Section, SectionContent } from './section.js';
import { type MadePart, makePart } from './section-maker.js';

const SECRET = 'kJ8x2mQpL5vR9tWzYb3nC7dF';
const patterns = new Patterns();
patterns.add(SECRET);
const scope = { sessionId: null, traceId: null, includeConfig: false, sampleSec: 0 } as unknown as PackScope;

let folder: string;
let file: PackFile;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'));
  file = await PackFile.make(folder);
});
afterEach(async () => {
  await file.close();
  rmSync(folder, { recursive: true, force: true });
});

async function made(collect: Section['collect'], timeoutMs = 5_000, signal?: AbortSignal): Promise<MadePart> {
  const section: Section = { name: 'summary', timeoutMs: () => timeoutMs, collect };
  const making = {
    deps: {} as PackDeps,
    file,
    pseudonyms: new Pseudonyms(),
    freeTexts: new FreeTexts(),
    pace: new Pace(),
    lastScan: () => new LastScan(patterns),
  };
  return makePart(section, scope, making, signal ?? new AbortController().signal);
}
const report = async (...given: Parameters<typeof made>): Promise<PackSectionReport> => (await made(...given)).report;
async function bytesOf({ stretch }: MadePart): Promise<string> {
  const pieces: Buffer[] = [];
  if (stretch !== null) for await (const piece of file.read(stretch)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const asItIs: Rule = (value) => String(value);
const content = (head: object, rule: Rule = fields({})): SectionContent => ({ head, rule });

describe('a part of a pack', () => {
  it('has the declared fields of what it was made from, and counts the others', async () => {
    const rule = fields<{ n: number; words: string }>({ n: number, words: text });
    const part = await made(() =>
      content({ n: 1, words: 'ask bob@example.com', password: 'hunter2', more: [1] }, rule),
    );
    expect(await bytesOf(part)).toBe('{"n":1,"words":"ask [e-mail]"}');
    expect(part.report).toMatchObject({ status: 'success', because: null, droppedFields: 2, redacted: { email: 1 } });
  });

  it('is whole however many rows it has', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => ({ n }));
    const rule = fields<{ n: number }>({ n: number });
    const lists = [
      { name: 'rows', rows, rule },
      { name: 'none', rows: [], rule },
    ];
    const part = await made(() => ({ head: {}, rule: fields({}), lists }));
    expect(JSON.parse(await bytesOf(part))).toEqual({ rows, none: [] });
  });

  it('that fails says why, without secrets, and leaves nothing', async () => {
    const failed = await report(() => {
      throw new Error('no answer from postgresql://bob:hunter2@db.local/x for ann@example.com');
    });
    expect(failed).toMatchObject({ status: 'failed', bytes: 0, sha256: null });
    expect(failed.because).toBe('no answer from postgresql://[host]/x for [e-mail]');
    const later = await made(() => content({}));
    expect(await bytesOf(later)).toBe('{}');
  });

  it('whose rows fail half way is failed as a whole', async () => {
    function* rows() {
      yield { n: 1 };
      throw new Error('the ring is gone');
    }
    const lists = [{ name: 'rows', rows: rows(), rule: fields({ n: number }) }];
    expect(await report(() => ({ head: {}, rule: fields({}), lists }))).toMatchObject({
      status: 'failed',
      because: 'the ring is gone',
    });
  });

  it('that cannot be made safe is kept back', async () => {
    const broken: Rule = () => {
      throw new Error(SECRET);
    };
    for (const rule of [fields({ a: broken }), fields({ a: listOf(number) }), fields({ a: fields({}) })]) {
      const withheld = await report(() => content({ a: 'x' }, rule));
      expect(withheld).toMatchObject({ status: 'withheld', bytes: 0, sha256: null });
      expect(withheld.because).not.toContain(SECRET);
    }
  });

  it('that still holds a secret of the server’s own is kept back, wherever in it that is', async () => {
    const row = fields<{ a: string }>({ a: asItIs });
    for (const before of [0, 1_000, 3_000]) {
      const rows = [...Array.from({ length: before }, () => ({ a: 'some words' })), { a: `x${SECRET}y` }];
      const withheld = await report(() => ({ head: {}, rule: fields({}), lists: [{ name: 'rows', rows, rule: row }] }));
      expect(withheld).toMatchObject({ status: 'withheld', because: expect.stringMatching(/secret/), bytes: 0 });
    }
  });

  it('that takes too long is given up, whether it waits or works', async () => {
    const waits = await report(() => new Promise(() => undefined), 30);
    expect(waits).toMatchObject({ status: 'timed_out', because: 'Given up after 30 ms.' });
    function* endless() {
      for (;;) yield {};
    }
    const works = await report(
      () => ({ head: {}, rule: fields({}), lists: [{ name: 'rows', rows: endless(), rule: fields({}) }] }),
      50,
    );
    expect(works).toMatchObject({ status: 'timed_out', bytes: 0 });
  });

  it('is given up with the whole pack where nobody waits for it', async () => {
    const gone = new AbortController();
    const making = made(() => new Promise(() => undefined), 5_000, gone.signal);
    gone.abort();
    await expect(making).rejects.toThrow();
  });

  it('that nobody waits for any more when it begins is not begun', async () => {
    const collect = vi.fn(() => Promise.reject(new Error('given up')));
    await expect(made(collect, 5_000, AbortSignal.abort())).rejects.toThrow();
    // A failure of it would be nobody's: a process that hears of one ends.
    expect(collect).not.toHaveBeenCalled();
  });
});

describe('the file of a pack', () => {
  it('has no name while it is written, and lies elsewhere where its folder is not there', async () => {
    expect(readdirSync(folder)).toEqual([]);
    const elsewhere = await PackFile.make(join(folder, 'not-there'));
    const part = elsewhere.begin();
    await part.write(Buffer.from('{}'));
    const pieces: Buffer[] = [];
    for await (const piece of elsewhere.read(part.end())) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('{}');
    await elsewhere.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
