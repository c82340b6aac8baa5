import { MOMENT_KINDS, type SourceRecord, USUAL_RULES } from '@okboxbox/protocol';
import { openSource } from '@okboxbox/sims';
import { afterAll, expect, it } from 'vitest';
import { MIN_SHOWN_MS } from '../../apps/server/src/owner/director/auto-show.js';
import { DryRunRecorder } from '../../apps/server/src/owner/director/dry-run.js';
import { SessionState } from '../../apps/server/src/owner/session/session-state.js';
import { RecordingMaker } from './recordings.js';

const make = new RecordingMaker();
afterAll(() => make.close());

it('a show of the 100 minutes of Long Beach tells them from the grid to the results, and no story twice in a row', async () => {
  const { recording } = make.race('imsa', '2024_06-long-beach-street-circuit_202404201335-laps.csv.gz');
  const facts = { sessionId: 'sess_1', show: 'local', sim: 'imsa', simSessionKey: '1:0', startedAt: 0 };
  const state = new SessionState(facts);
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: '1', playback: true, at: 0 });
  const recorder = new DryRunRecorder(USUAL_RULES);
  const underYellow: number[] = [];
  let seq = 0;
  const take = (record: SourceRecord) => {
    state.applyCaptured(0, ++seq, record.capturedAt, record);
    recorder.take(state);
    if (record.kind === 'frame' && record.flags.includes('caution')) underYellow.push(record.sessionTime * 1000);
  };
  for await (const record of (await openSource(`recording:${recording}`, { cwd: '/' })).read()) take(record);
  const { aired } = recorder.result(facts.sessionId);
  const kinds = aired.map(({ kind }) => kind);
  expect(kinds.slice(0, 2)).toEqual(['grid', 'start']);
  expect(kinds.indexOf('results')).toBe(kinds.indexOf('finish') + 1);
  expect(aired.find(({ kind }) => kind === 'finish')?.words).toBe('Finish: #01 Team 01');
  // The first three to lead came in for their stops; both classes had battles.
  expect(kinds.filter((kind) => kind === 'leader-pits').length).toBeGreaterThanOrEqual(3);
  for (const name of ['GTP', 'GTD']) expect(aired.some(({ words }) => words.includes(` in ${name}: `))).toBe(true);
  for (const [i, each] of aired.entries()) {
    const next = aired[i + 1];
    if (next === undefined) continue;
    expect(next.words).not.toBe(each.words);
    expect(next.atMs).toBeGreaterThanOrEqual(each.atMs + each.shownMs);
    if (each.shownMs === USUAL_RULES[each.kind].holdS * 1000) continue;
    expect(each.shownMs).toBeGreaterThanOrEqual(MIN_SHOWN_MS);
    expect(MOMENT_KINDS.indexOf(next.kind)).toBeLessThan(MOMENT_KINDS.indexOf(each.kind));
  }
  // Three cautions: nobody is said to race for a place then.
  expect(underYellow.length).toBeGreaterThan(0);
  const yellow = new Set(underYellow.map(Math.round));
  expect(aired.filter(({ kind, atMs }) => kind.includes('battle') && yellow.has(atMs))).toEqual([]);
});
