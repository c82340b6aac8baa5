import {
  MOMENT_KINDS,
  type MomentKind,
  NOTHING_CUED,
  type OnAir,
  type SlotsSet,
  USUAL_RULES,
} from '@okboxbox/protocol';
import type { Suggestion } from '@okboxbox/race-view';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGAIN_MS,
  type AutoMemory,
  isSame,
  MIN_SHOWN_MS,
  momentName,
  NOTHING_AIRED,
  REST_MS,
  stepAuto,
} from './auto-show.js';

const moment = (kind: MomentKind, id: string = kind, set: SlotsSet = { message: { text: id } }): Suggestion => ({
  id,
  kind,
  words: id,
  set,
  forMs: 1_000,
  atMs: null,
});
const battle = (...cars: number[]) => moment('battle', `battle ${cars[0]}`, { battle: { cars }, driver: null });

/** Steps once a second with what is worth showing in each; what was cued, and when, in s. */
function aired(seconds: readonly (readonly Suggestion[])[], rules = USUAL_RULES, onAir: OnAir = NOTHING_CUED) {
  let memory: AutoMemory = NOTHING_AIRED;
  return seconds.flatMap((moments, second) => {
    const step = stepAuto(memory, { now: second * 1000, moments, rules, onAir });
    memory = step.memory;
    return step.cue === null ? [] : [{ second, cue: step.cue, moment: step.cue.moment }];
  });
}
const ids = (...given: Parameters<typeof aired>) => aired(...given).map(({ second, moment: { id } }) => [second, id]);
const during = (seconds: number, ...moments: Suggestion[]) => Array.from({ length: seconds }, () => moments);

describe('a show that runs itself', () => {
  it('shows the most important moment for the time of its rule, and lets the screen rest before the next', () => {
    expect(ids(during(80, moment('fastest-lap'), battle(4, 11), battle(7, 9)))).toEqual([
      [0, 'fastest-lap'],
      [20, 'battle 4'],
      [50, 'battle 7'],
    ]);
  });

  it('does not show a battle again at once, also where its cars have changed places or others have joined', () => {
    const seconds = [...during(60, battle(4, 11)), ...during(60, battle(11, 4)), ...during(60, battle(11, 4, 8))];
    expect(ids(seconds)).toEqual([[0, 'battle 4']]);
  });

  it('shows it again later, once something else was shown', () => {
    const again = AGAIN_MS / 1000;
    const seconds = [...during(20, battle(4, 11)), ...during(40, moment('incident')), ...during(again, battle(4, 11))];
    expect(ids(seconds)).toEqual([
      [0, 'battle 4'],
      [20, 'incident'],
      [again, 'battle 4'],
    ]);
  });

  it('what is urgent cuts in on what is less important, after a moment, and takes that off', () => {
    let memory = stepAuto(NOTHING_AIRED, { now: 0, moments: [battle(4, 11)], rules: USUAL_RULES, onAir: NOTHING_CUED });
    const until = memory.memory.last?.until ?? 0;
    const onAir: OnAir = { ...NOTHING_CUED, battle: { cars: [4, 11], until } };
    const moments = [moment('incident', 'incident', { driver: { car: 3 } })];
    const at = (now: number) => stepAuto(memory.memory, { now, moments, rules: USUAL_RULES, onAir });
    expect(at(2_000).cue).toBeNull();
    expect(at(2_000).next).toMatchObject({ at: MIN_SHOWN_MS, waitsFor: 'shown', moment: { id: 'incident' } });
    memory = at(MIN_SHOWN_MS);
    expect(memory.cue?.set).toEqual({ battle: null, driver: { car: 3 } });
  });

  it('what is not urgent waits until the screen has rested, and says so', () => {
    const first = { now: 0, moments: [battle(4, 11)], rules: USUAL_RULES, onAir: NOTHING_CUED };
    const { memory } = stepAuto(NOTHING_AIRED, first);
    const shown = USUAL_RULES.battle.holdS * 1000;
    const view = { moments: [moment('fastest-lap')], rules: USUAL_RULES, onAir: NOTHING_CUED };
    expect(stepAuto(memory, { ...view, now: 9_000 }).next).toMatchObject({ at: shown + REST_MS, waitsFor: 'shown' });
    expect(stepAuto(memory, { ...view, now: shown }).next).toMatchObject({ at: shown + REST_MS, waitsFor: 'rest' });
  });

  it('leaves what a director has put on air to stay, and skips a moment that has no other slot', () => {
    const onAir: OnAir = { ...NOTHING_CUED, driver: { car: 7, onCamera: true, until: null } };
    const pits = moment('leader-pits', 'pits', { driver: { car: 3 }, message: { text: 'In' } });
    expect(aired([[pits]], USUAL_RULES, onAir)[0]?.cue.set).toEqual({ message: { text: 'In' } });
    const stopped = moment('incident', 'incident', { driver: { car: 3 }, battle: null });
    const view = { now: 0, moments: [stopped], rules: USUAL_RULES, onAir };
    expect(stepAuto(NOTHING_AIRED, view)).toMatchObject({ cue: null, next: { waitsFor: 'kept' } });
    expect(ids([[stopped, battle(1, 2)]], USUAL_RULES, onAir)).toEqual([[0, 'battle 1']]);
  });

  it('a kind that is off is not shown', () => {
    const rules = { ...USUAL_RULES, battle: { on: false, holdS: 20 } };
    expect(ids(during(50, battle(4, 11)), rules)).toEqual([]);
  });
});

const anyMoment = fc
  .record({ kind: fc.constantFrom(...MOMENT_KINDS), n: fc.nat(3) })
  .map(({ kind, n }) =>
    kind.includes('battle') || kind === 'closing'
      ? moment(kind, `battle ${n}`, { battle: { cars: [n, n + 1] } })
      : moment(kind, `${kind} ${n}`),
  );
const anySeconds = fc.array(
  fc.array(anyMoment, { maxLength: 4 }).map((all) => all.sort((a, b) => rank(a.kind) - rank(b.kind))),
  { maxLength: 300 },
);
const rank = (kind: MomentKind) => MOMENT_KINDS.indexOf(kind);
const anyRules = fc
  .array(fc.record({ on: fc.boolean(), holdS: fc.integer({ min: 3, max: 30 }) }), {
    minLength: MOMENT_KINDS.length,
    maxLength: MOMENT_KINDS.length,
  })
  .map((rules) => Object.fromEntries(MOMENT_KINDS.map((kind, i) => [kind, rules[i]])) as typeof USUAL_RULES);

describe('whatever happens in a race', () => {
  const pairs = (all: ReturnType<typeof aired>) =>
    all.slice(1).map((each, i) => [all[i] as typeof each, each] as const);

  it('nothing is shown twice in a row', () => {
    fc.assert(
      fc.property(anySeconds, anyRules, (seconds, rules) => {
        for (const [before, after] of pairs(aired(seconds, rules))) {
          expect(isSame(momentName(before.moment), momentName(after.moment))).toBe(false);
        }
      }),
    );
  });

  it('each is shown for the time of its rule, unless a more important one has come after the least time', () => {
    fc.assert(
      fc.property(anySeconds, anyRules, (seconds, rules) => {
        for (const [before, after] of pairs(aired(seconds, rules))) {
          const shownMs = (after.second - before.second) * 1000;
          if (shownMs >= before.cue.holdMs) continue;
          expect(rank(after.moment.kind)).toBeLessThan(rank(before.moment.kind));
          expect(shownMs).toBeGreaterThanOrEqual(MIN_SHOWN_MS);
        }
      }),
    );
  });

  it('only kinds that are on are shown, each with its own time, and nothing that was not there', () => {
    fc.assert(
      fc.property(anySeconds, anyRules, (seconds, rules) => {
        for (const { second, cue } of aired(seconds, rules)) {
          expect(rules[cue.moment.kind]).toEqual({ on: true, holdS: cue.holdMs / 1000 });
          expect(seconds[second]).toContain(cue.moment);
        }
      }),
    );
  });

  it('nothing more important that was free to be shown is passed over', () => {
    fc.assert(
      fc.property(fc.array(anyMoment, { minLength: 1, maxLength: 6 }), anyRules, (moments, rules) => {
        const sorted = [...moments].sort((a, b) => rank(a.kind) - rank(b.kind));
        const first = sorted.find(({ kind }) => rules[kind].on);
        expect(aired([sorted], rules)[0]?.moment).toBe(first);
      }),
    );
  });
});
