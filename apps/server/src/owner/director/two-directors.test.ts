import type { DeskState, DirectorAct } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { directors } from '../../testing/directors.js';
import { type Random, randomOf } from '../../testing/leaks/random.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const server = serverForEachTest({ OPS_UI_ENABLED: '1' });
const { relay, get, token } = server;
const { director } = directors(server);

/** Rounds of two acts at the same moment. */
const ROUNDS = 20;
const SEED = Number(process.env.DIRECTORS_SEED ?? 1);

type Director = Awaited<ReturnType<typeof director>>;
/** A call, and the name of the act that it is noted as. */
interface Act {
  readonly event: string;
  readonly body: object;
  readonly noted: string;
}
const act = (event: string, body: object, noted = event): Act => ({ event, body, noted });

/** What both directors do at the same moment, by the kind of round. */
function pairs(random: Random, n: number): Readonly<Record<string, () => readonly [Act, Act]>> {
  const delay = () => act('broadcast:delay:set', { delayMs: 1_000 * random.whole(1, 30), mode: 'jump' });
  const cue = (set: object) => act('broadcast:cue', { set });
  const scene = (name: string) => act('show:scene', { scene: { name, set: { clock: {} }, forMs: null } }, 'scene:save');
  return {
    delays: () => [delay(), delay()],
    'a delay and an extra': () => [
      delay(),
      act('broadcast:delay:set', { publicExtraMs: 1_000 * random.whole(1, 30) }, 'broadcast:extra:set'),
    ],
    'cues of one slot': () => [cue({ message: { text: `a ${n}` } }), cue({ message: { text: `b ${n}` } })],
    'cues of two slots': () => [cue({ driver: { car: random.whole(0, 1) } }), cue({ message: { text: `c ${n}` } })],
    scenes: () => [scene(`A ${n}`), scene(`B ${n}`)],
    'a pause and a resume': () => [act('broadcast:pause', {}), act('broadcast:resume', {})],
    'two resumes': () => [act('broadcast:resume', {}), act('broadcast:resume', {})],
    'publish and unpublish': () => [
      act('broadcast:publish', { published: true }, 'publish'),
      act('broadcast:publish', { published: false }, 'unpublish'),
    ],
  };
}

/** What must be the same on both desks: all but what is measured. */
function settled({ published, delay, cued, scenes, acts, undo, finish }: DeskState) {
  const { delayMs, publicExtraMs, state } = delay ?? {};
  return { published, delayMs, publicExtraMs, isPaused: state === 'paused', cued, scenes, acts, undo, finish };
}

/** The acts of the desk that are newer than one; all where that is `null`. */
function since(acts: readonly DirectorAct[], newest: DirectorAct | null): readonly DirectorAct[] {
  const at = acts.findIndex((each) => JSON.stringify(each) === JSON.stringify(newest));
  return at === -1 ? acts : acts.slice(0, at);
}

/** Waits until both desks say the same and have exactly these acts more, in whichever order; gives that state. */
function agreed(ana: Director, bo: Director, before: DirectorAct | null, expected: readonly string[]) {
  return eventually(() => {
    const state = settled(ana.desk());
    expect(settled(bo.desk())).toEqual(state);
    const done = since(state.acts, before).map(({ who, act: noted }) => `${who} ${noted}`);
    expect([...done].sort()).toEqual([...expected].sort());
    return state;
  });
}

it(`two directors who act at the same moment end in one state, each act noted once (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  const { send } = await relay();
  await send(race(20), 1);
  const [ana, bo] = [await director('ana'), await director('bo')];
  await ana.does('broadcast:delay:set', { delayMs: 5_000 });
  const random = randomOf(SEED);
  let before: DirectorAct | null = null;
  let state = await agreed(ana, bo, before, ['ana broadcast:delay:set']);
  let noted = 1;
  for (let n = 0; n < ROUNDS; n++) {
    const kinds = pairs(random, n);
    const kind = random.pick(Object.keys(kinds));
    const two = kinds[kind]?.() ?? [];
    before = state.acts[0] ?? null;
    const last = state;
    const answers = await Promise.all(two.map(({ event, body }, i) => (i === 0 ? ana : bo).call(event, body)));
    // One that shows more is refused where the other has shown less meanwhile; nothing else is.
    for (const { error } of answers) if (error) expect(error.message).toContain('Somebody has closed the show further');
    const done = two.map(({ noted: name }, i) => `${i === 0 ? 'ana' : 'bo'} ${name}`).filter((_, i) => answers[i]?.ok);
    expect(done.length).toBeGreaterThan(0);
    noted += done.length;
    state = await agreed(ana, bo, before, done);
    const acts = since(state.acts, before);

    // Each was done to what the one before it had left, and the newest says how it is.
    for (const [name, figure] of [
      ['broadcast:delay:set', 'delayMs'],
      ['broadcast:extra:set', 'publicExtraMs'],
    ] as const) {
      const values = acts.filter((each) => each.act === name).reverse();
      expect(values.map(({ from }) => from)).toEqual(
        [last[figure], ...values.map(({ to }) => to)].slice(0, values.length),
      );
      expect(state[figure]).toBe(values.at(-1)?.to ?? last[figure]);
    }
    const newest = acts[0]?.act;
    if (kind.includes('pause')) expect(state.isPaused).toBe(newest === 'broadcast:pause');
    if (kind.includes('publish')) expect(state.published).toBe(newest === 'publish');
    const names = state.scenes.map(({ name }) => name);
    if (kind === 'scenes') for (const i of [0, 1]) expect(names.includes(`${'AB'[i]} ${n}`)).toBe(answers[i]?.ok);
    if (kind === 'cues of two slots') expect(state.cued).toMatchObject({ driver: {}, message: { text: `c ${n}` } });

    // Both undo what they see: one of them does, the other is told.
    if (state.undo === null || random.chance(0.5)) continue;
    before = state.acts[0] ?? null;
    const { id } = state.undo;
    const undone = await Promise.all([ana, bo].map(({ call }) => call('show:undo', { id })));
    expect(undone.map(({ ok }) => ok).sort()).toEqual([false, true]);
    noted += 1;
    state = await agreed(ana, bo, before, [`${undone[0]?.ok ? 'ana' : 'bo'} show:undo`]);
    expect(state.undo?.id).not.toBe(id);
  }
  // The audit trail has each once as well.
  const ops = await token('admin');
  await eventually(async () => {
    const { body } = await get<{ entries: { who: string; action: string }[] }>('/api/ops/audit?limit=200', ops);
    expect(body.entries.filter(({ who }) => who === 'ana' || who === 'bo')).toHaveLength(noted);
  });
});
