import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceOfFrames } from '../trace/testing/trace.js';
import { PackError, readPack } from './read-pack.js';
import { FINDING, MADE_AT, manifestOf, PARTS, packText, SESSION } from './testing/pack.js';

/** What is said of a text that cannot be opened. */
function refusal(text: string): string {
  try {
    readPack(text);
  } catch (error) {
    if (error instanceof PackError) return error.message;
    throw error;
  }
  throw new Error('It was opened.');
}

describe('opening a support pack', () => {
  it('reads every part, and keeps what it does not know', () => {
    const pack = readPack(packText({ ...PARTS, summary: { ...(PARTS.summary as object), tyres: 'soft' } }));
    expect(pack.problems).toEqual([]);
    expect(pack.summary).toMatchObject({ status: 'degraded', tyres: 'soft' });
    expect(pack.sessions).toEqual([SESSION]);
    expect(pack.open?.map(({ socketId }) => socketId)).toEqual(['a', 'b']);
    expect(pack.closed).toHaveLength(1);
    expect(pack.events).toHaveLength(3);
    expect(pack.findings?.findings).toEqual([FINDING]);
    expect(pack.audit).toHaveLength(1);
    expect(pack).toMatchObject({ evicted: 3, database: { kind: 'embedded' }, history: { at: MADE_AT }, trace: null });
  });

  it('takes from the snapshot what has no part of its own', () => {
    const { snapshot } = PARTS;
    const pack = readPack(packText({ snapshot }));
    expect(pack.summary?.status).toBe('degraded');
    expect(pack.sessions).toHaveLength(1);
    expect(pack.events?.map(({ id }) => id)).toEqual([9]);
    expect(pack.database?.state).toBe('ok');
    expect(pack.open).toBeNull();
  });

  it('a figure that an older server did not keep is an empty line', () => {
    const { history } = readPack(packText());
    expect(history?.figures.framesPerSec).toEqual([null, 10]);
    expect(history?.figures.poolWaiting).toEqual([]);
  });

  it('says of a foreign file that it is none, and of a damaged one that it is damaged', () => {
    expect(refusal('')).toContain('empty');
    expect(refusal('PK\u0003\u0004')).toContain('not a support pack: it is not JSON');
    expect(refusal(packText().slice(0, -200))).toContain('damaged or cut off');
    expect(refusal('[1, 2]')).toContain('not a support pack');
    expect(refusal('{"kind":"recording","version":1}')).toContain('not a support pack');
    expect(refusal(packText(PARTS, { kind: 'trace' }))).toContain('of another kind');
    expect(refusal(packText(PARTS, { ...manifestOf(PARTS), createdAt: 'today' }))).toContain('"createdAt"');
    expect(refusal(packText(PARTS, { ...manifestOf(PARTS), packVersion: 9 }))).toContain('version 9');
  });

  it('a damaged part is left out and told; a damaged row costs that row alone', () => {
    const pack = readPack(
      packText({ ...PARTS, database: { kind: 'embedded' }, sessions: { sessions: [SESSION, { sessionId: 7 }] } }),
    );
    expect(pack.sessions).toHaveLength(1);
    expect(pack.problems).toHaveLength(2);
    expect(pack.problems.join(' ')).toMatch(/1 of 2 rows of "sessions".*"database" cannot be read/);
    // The snapshot holds the database, too.
    expect(pack.database?.state).toBe('ok');
  });

  it('a part that the manifest says is in it, and is not, is told', () => {
    const { events: _, ...kept } = PARTS;
    const { problems } = readPack(packText(kept, manifestOf(PARTS)));
    expect(problems).toEqual([expect.stringContaining('"events" is missing')]);
    const left = manifestOf(PARTS).sections.map((each) => ({ ...each, status: 'skipped' }));
    expect(readPack(packText(kept, { ...manifestOf(PARTS), sections: left })).problems).toEqual([]);
  });

  it('a manifest that names a part twice is refused', () => {
    const { sections, ...head } = manifestOf(PARTS);
    expect(refusal(packText(PARTS, { ...head, sections: [...sections, sections[0]] }))).toContain('named twice');
  });

  it('a finding of which a view would be shown what is no text or no list is refused in words', () => {
    const told = (over: object) => {
      const findings = { ...(PARTS.findings as object), findings: [{ ...FINDING, ...over }] };
      return readPack(packText({ findings }));
    };
    expect(told({ scope: { socketIds: ['a'] }, nextStep: { text: 'Go.', view: 'sockets' } }).problems).toEqual([]);
    for (const over of [
      { scope: { socketIds: 5 } },
      { scope: { show: {} } },
      { evidence: [{ name: 'offsetMs', value: 1, threshold: 2, events: 5 }] },
      { nextStep: { text: 'Go.', view: {} } },
      { nextStep: { text: 'Go.', command: {} } },
    ])
      expect(told(over)).toMatchObject({
        findings: null,
        problems: [expect.stringMatching(/^The part "findings" cannot be read: "findings\.0\./)],
      });
    const summary = { ...(PARTS.summary as object), findings: 'abc' };
    expect(readPack(packText({ summary }))).toMatchObject({
      summary: null,
      problems: [expect.stringContaining('"findings"')],
    });
    const snapshot = { ...(PARTS.snapshot as object), before: [{ code: 'NO_DATA', cause: 'starting', scope: 5 }] };
    expect(readPack(packText({ snapshot })).problems).toEqual([expect.stringContaining('"before.0.')]);
  });

  it('a moment that no date is, or a figure that nobody counts to, is refused', () => {
    const ending = (endsAt: number) => readPack(packText({ ...PARTS, trace: { ...traceOfFrames(2), endsAt } }));
    expect(ending(8.64e15).trace?.endsAt).toBe(8.64e15);
    expect(ending(1e300)).toMatchObject({ trace: null, problems: [expect.stringContaining('"endsAt"')] });
    expect(refusal(packText(PARTS, { ...manifestOf(PARTS), createdAt: 9e15 }))).toContain('"createdAt"');
    const history = (over: object) =>
      readPack(packText({ history: { ...(PARTS.history as object), ...over } })).history;
    expect(history({})).not.toBeNull();
    for (const over of [{ at: -9e15 }, { stepMs: 1e12 }, { stepMs: 0 }, { figures: { framesPerSec: [1e300] } }])
      expect(history(over)).toBeNull();
  });

  it('whatever a file holds, it is opened or refused in words', () => {
    const damaged = fc
      .tuple(fc.constantFrom(...Object.keys(PARTS)), fc.jsonValue())
      .map(([name, value]) => packText({ ...PARTS, [name]: value }));
    const cut = fc.nat(packText().length).map((length) => packText().slice(0, length));
    const anything = fc.oneof(
      damaged,
      cut,
      fc.json(),
      fc.string(),
      fc.jsonValue().map((manifest) => JSON.stringify({ manifest, sections: PARTS })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          readPack(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PackError);
        }
      }),
    );
  });
});
