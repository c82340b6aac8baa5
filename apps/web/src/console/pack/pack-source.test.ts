import { describe, expect, it } from 'vitest';
import { CallFailed } from '../../access/call.js';
import type { OpsSource } from '../ops-source.js';
import { findingDifferences } from './finding-differences.js';
import { isPackSource, packSource } from './pack-source.js';
import { readPack } from './read-pack.js';
import { FINDING, MADE_AT, manifestOf, PARTS, packText, socketNamed } from './testing/pack.js';

const source = packSource(readPack(packText()), 'pack-1');

describe('a support pack as a source of the console', () => {
  it('is of the moment at which it was made, and nothing can be done in it', () => {
    expect(source).toMatchObject({ id: 'pack-1', at: MADE_AT, act: null });
    expect(isPackSource(source)).toBe(true);
    expect(isPackSource({ id: 'live', at: null } as OpsSource)).toBe(false);
  });

  it('answers the summary with what was found', async () => {
    expect(await source.read('summary', {})).toMatchObject({ status: 'degraded', findings: [FINDING] });
  });

  it('filters, sorts and pages sockets as the server does', async () => {
    const ids = async (asked: object) => (await source.read('sockets', asked)).sockets.map(({ socketId }) => socketId);
    expect(await ids({})).toEqual(['a', 'b']);
    expect(await ids({ sort: 'rttMs' })).toEqual(['b', 'a']);
    expect(await ids({ role: 'overlay' })).toEqual(['b']);
    expect(await ids({ room: 'nowhere' })).toEqual([]);
    expect(await ids({ state: 'closed' })).toEqual(['c']);
    const many = Array.from({ length: 5 }, (_, n) => socketNamed(`s${n}`));
    const large = packSource(readPack(packText({ ...PARTS, sockets: { sockets: many, closed: [] } })), 'p');
    const first = await large.read('sockets', { limit: 2 });
    const second = await large.read('sockets', { limit: 2, cursor: first.cursor ?? '' });
    const third = await large.read('sockets', { limit: 2, cursor: second.cursor ?? '' });
    expect([first, second, third].flatMap(({ sockets }) => sockets.map(({ socketId }) => socketId))).toEqual([
      ...['s0', 's1', 's2', 's3', 's4'],
    ]);
    expect([first.count, third.cursor]).toEqual([5, null]);
  });

  it('filters events before the limit, newest first, with the way to older ones', async () => {
    const ids = async (asked: object) => (await source.read('events', asked)).events.map(({ id }) => id);
    expect(await ids({})).toEqual([3, 2, 1]);
    expect(await ids({ type: 'error' })).toEqual([2]);
    expect(await ids({ before: 3 })).toEqual([2, 1]);
    expect(await source.read('events', { limit: 2 })).toMatchObject({ before: 2, evicted: 3 });
    expect(await source.read('events', { limit: 2, before: 2 })).toMatchObject({ before: null });
    expect(await ids({ sessionId: 'sess_other' })).toEqual([]);
  });

  it('pages the audit of its snapshot', async () => {
    expect(await source.read('audit', { limit: 1 })).toMatchObject({ entries: [{ id: 4 }], before: null });
    expect((await source.read('audit', { before: 4 })).entries).toEqual([]);
  });

  it('says of what it does not hold why that is so', async () => {
    const parts = { summary: PARTS.summary };
    const manifest = manifestOf(parts);
    const withheld = {
      ...manifest.sections[0],
      name: 'sockets',
      status: 'withheld',
      because: 'A secret of the server was found in it.',
    };
    const small = packSource(readPack(packText(parts, { ...manifest, sections: [withheld] })), 'p');
    await expect(small.read('sockets', {})).rejects.toThrow('A secret of the server was found in it.');
    await expect(small.read('trace', { traceId: 'x' })).rejects.toBeInstanceOf(CallFailed);
    await expect(source.read('why', { socketId: 'a' })).rejects.toMatchObject({ problem: { status: 404 } });
    expect(await small.read('traces', {})).toEqual({ traces: [] });
  });
});

describe('findings made again of a pack', () => {
  it('are the same, changed, gone or new; those that differ come first', () => {
    const other = { ...FINDING, code: 'DB_LATENCY', cause: 'slow_query' } as const;
    const worse = {
      ...FINDING,
      severity: 'critical',
      evidence: [{ name: 'offsetMs', value: 9_000, threshold: 5_000 }],
    } as const;
    expect(findingDifferences([FINDING], [FINDING])).toMatchObject([{ kind: 'same', words: '' }]);
    expect(findingDifferences([FINDING], [worse])).toMatchObject([
      { kind: 'changed', words: 'severity warning, now critical; offsetMs 7000, now 9000' },
    ]);
    expect(findingDifferences([FINDING, other], [FINDING]).map(({ kind }) => kind)).toEqual(['only_recorded', 'same']);
    expect(findingDifferences([FINDING], [FINDING, other]).map(({ kind }) => kind)).toEqual(['only_again', 'same']);
  });
});
