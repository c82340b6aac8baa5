import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AutoRules, type DryRun, MOMENT_KINDS, type MomentKind, USUAL_RULES } from '@okboxbox/protocol';
import { openSource } from '@okboxbox/sims';
import { describe, expect, it } from 'vitest';
import { RACE_FACTS } from '../../testing/race.js';
import { SessionState } from '../session/session-state.js';
import { MIN_SHOWN_MS, REST_MS } from './auto-show.js';
import { DryRunRecorder } from './dry-run.js';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const SHARED = process.env.OKBOXBOX_SHARED ?? '../shared';
const MONZA = fileURLToPath(new URL(`${SHARED}/data/iracing/monza-f3.lapchart.json`, `file://${ROOT}`));

/** What would have aired over a race of a source. */
async function dryRunOf(spec: string, rules: AutoRules = USUAL_RULES): Promise<DryRun> {
  const state = new SessionState(RACE_FACTS);
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: '1', playback: true, at: 0 });
  const recorder = new DryRunRecorder(rules);
  let seq = 0;
  for await (const record of (await openSource(spec, { cwd: '/', hz: 2 })).read()) {
    state.applyCaptured(0, ++seq, record.capturedAt, record);
    recorder.take(state);
  }
  return recorder.result(RACE_FACTS.sessionId);
}

const kinds = ({ aired }: DryRun) => aired.map(({ kind }) => kind);
const rank = (kind: MomentKind) => MOMENT_KINDS.indexOf(kind);

/** What holds of every show that runs itself. */
function expectInOrder({ aired }: DryRun, rules: AutoRules = USUAL_RULES): void {
  for (const [i, each] of aired.entries()) {
    const next = aired[i + 1];
    const holdMs = rules[each.kind].holdS * 1000;
    if (next === undefined) continue;
    expect(next.words).not.toBe(each.words);
    expect(next.atMs).toBeGreaterThanOrEqual(each.atMs + each.shownMs);
    if (each.shownMs === holdMs) continue;
    expect(each.shownMs).toBeGreaterThanOrEqual(MIN_SHOWN_MS);
    expect(rank(next.kind)).toBeLessThan(rank(each.kind));
  }
}

describe('a dry run', () => {
  it.skipIf(!existsSync(MONZA))(
    'of the F3 race at Monza has its grid, start and finish, and its story between',
    async () => {
      const run = await dryRunOf(`lapchart:${MONZA}`);
      expect(kinds(run).slice(0, 2)).toEqual(['grid', 'start']);
      expect(kinds(run).slice(-2)).toEqual(['finish', 'results']);
      expectInOrder(run);
      // Ten cars retired. Between its crossings a chart is made up: nothing is measured, so no battle is shown.
      expect(kinds(run).filter((kind) => kind === 'incident').length).toBeGreaterThanOrEqual(8);
      expect(kinds(run).filter((kind) => kind === 'fastest-lap').length).toBeGreaterThanOrEqual(5);
      expect(run.found['lead-battle'] ?? 0).toBe(0);
      const finish = run.aired.find(({ kind }) => kind === 'finish');
      expect(finish?.words).toBe('Finish: #1 Driver 01');
    },
    60_000,
  );

  it('of a race of three classes shows battles for each lead, and rests between two of them', async () => {
    const run = await dryRunOf('demo:3');
    expectInOrder(run);
    const words = run.aired.map((each) => each.words);
    for (const lead of ['the lead:', 'the lead of GT:', 'the lead of Touring:']) {
      expect(words.filter((each) => each.startsWith(`Battle for ${lead}`)).length).toBeGreaterThan(0);
    }
    for (const [i, { kind, atMs }] of run.aired.entries()) {
      const before = run.aired[i - 1];
      if (before === undefined || (kind !== 'battle' && kind !== 'lead-battle')) continue;
      expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.shownMs + REST_MS);
    }
  }, 60_000);

  it('with all kinds off airs nothing, and says what the race had', async () => {
    const off = Object.fromEntries(MOMENT_KINDS.map((kind) => [kind, { on: false, holdS: 10 }])) as AutoRules;
    const run = await dryRunOf('demo:3', off);
    expect(run.aired).toEqual([]);
    expect(run.found).toMatchObject({ start: 1, finish: 1, results: 1 });
  }, 60_000);
});
