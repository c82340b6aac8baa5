import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill, SystemDrill } from './drill.js';
import { until } from './running.js';
import { type ServerUnderTest, SHOW } from './server-under-test.js';

const CODE = 'BROADCAST_DELAY_NOT_WORKING';
/** A delay that is soon reached, one behind which something has to wait, and one that is not reached soon, in ms. */
const SHORT_MS = 2_000;
const LINE_MS = 12_000;
const LONG_MS = 100_000;
/** How long a server may read timelines at its start, in ms. */
const READING_MS = 15_000;
/** What is overwritten of a timeline, and how long that is by then, in bytes. */
const DAMAGED_BYTES = 300;
const ENOUGH_BYTES = 20_000;

/** A director sets a delay; resolves when the picture is as late as it says. */
async function delayed(server: ServerUnderTest): Promise<void> {
  await server.direct('broadcast:delay:set', { delayMs: SHORT_MS, mode: 'jump' });
  await atItsDelay(server);
}

function atItsDelay(server: ServerUnderTest): Promise<true> {
  return until('the picture is as late as the delay', async () => {
    const { sessions } = (await server.summary()).broadcastDelay;
    return sessions.some(({ show, state }) => show === SHOW && state === 'running') || null;
  });
}

const overlayInLiveRoom: Drill = {
  name: 'broadcast-overlay-in-live-room',
  code: CODE,
  cause: 'overlay_in_live_room',
  what: "An overlay has joined the session's real-time room: the delay does not apply to it.",
  fix: 'Use an overlay link for the broadcast, or move its socket in the console.',
  on: 'server',
  inject: async (server) => {
    await delayed(server);
    const { sessionId } = await server.running();
    const overlay = await server.viewer('overlay', 'director');
    return async () => {
      await overlay.leave(sessionId);
      await overlay.join({ show: SHOW, audience: 'broadcast' });
    };
  },
};

const overlayInPublicPicture: Drill = {
  name: 'broadcast-overlay-in-public-picture',
  code: CODE,
  cause: 'overlay_in_public_picture',
  what: 'The public picture is later than the graphics, and an overlay without an overlay link or token gets it.',
  fix: 'Create an overlay link at the desk, and use its address in OBS.',
  on: 'server',
  inject: async (server) => {
    await server.direct('broadcast:delay:set', { publicExtraMs: SHORT_MS, mode: 'jump' });
    const overlay = await server.connect('overlay', 'viewer');
    await overlay.join({ show: SHOW, audience: 'broadcast' });
    return async () => {
      server.leave(overlay);
      await server.direct('broadcast:delay:set', { publicExtraMs: 0, mode: 'jump' });
    };
  },
};

const notInitialized: SystemDrill = {
  name: 'broadcast-service-not-initialized',
  code: CODE,
  cause: 'service_not_initialized',
  what: "The beginning of a running session's timeline is overwritten while the server is down: its last minutes cannot be read.",
  fix: 'End the session in the console, and accept what was lost of it: the next one is on air.',
  on: 'system',
  like: {},
  inject: async (system) => {
    const { sessionId } = await system.running();
    const path = join(system.dataDir, 'sessions', sessionId, '000001.seg');
    await until('the timeline is long enough', () => readFileSync(path).length >= ENOUGH_BYTES);
    await system.restart(() => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill('not what was here ', 0, DAMAGED_BYTES));
    });
    // A server that has just been started may read timelines for a while.
    await until('it has had its time', async () => (await system.summary()).uptimeMs >= READING_MS);
    return async () => {
      await system.post(`/api/ops/sessions/${sessionId}/end`, { because: 'a drill' });
      await system.post(`/api/ops/sessions/${sessionId}/accept-loss`, { because: 'a drill' });
    };
  },
};

const directorLacksCapability: Drill = {
  name: 'broadcast-director-lacks-capability',
  code: CODE,
  cause: 'director_lacks_capability',
  what: 'A director sets the delay with a token without racebox:director:control.',
  fix: 'Sign in at the desk with a token that has it: "okboxbox token --role director".',
  on: 'server',
  inject: async (server) => {
    const director = await server.connect('director', 'team');
    const set = { show: SHOW, delayMs: SHORT_MS };
    const answer = await director.call('broadcast:delay:set', set);
    if (answer.ok) throw new Error('The delay was set with a token without the capability.');
    return async () => {
      server.leave(director);
      await server.direct('broadcast:delay:set', { delayMs: SHORT_MS });
    };
  },
};

const notPublished: SystemDrill = {
  name: 'broadcast-not-published',
  code: CODE,
  cause: 'not_published',
  what: 'The director has set a delay but not published the show: the public sees nothing.',
  fix: 'Publish the show at the desk.',
  on: 'system',
  like: { published: false },
  inject: async (system) => {
    await delayed(system);
    const visitor = await system.connect('public', null);
    const answer = await visitor.join({ show: SHOW, audience: 'broadcast' });
    if (answer.ok) throw new Error('The public sees a show that is not published.');
    return async () => {
      await system.direct('broadcast:publish', { published: true });
      await visitor.join({ show: SHOW, audience: 'broadcast' });
    };
  },
};

const holding: Drill = {
  name: 'broadcast-holding',
  code: CODE,
  cause: 'holding',
  what: 'The director has raised the delay: the picture holds until the delay is filled. This is expected.',
  fix: 'None is needed. Wait until the delay is filled, or shorten it at the desk.',
  on: 'server',
  inject: async (server) => {
    await server.direct('broadcast:delay:set', { delayMs: LONG_MS, mode: 'jump' });
    return () => server.direct('broadcast:delay:set', { delayMs: 0, mode: 'jump' });
  },
};

const nothingArriving: SystemDrill = {
  name: 'broadcast-nothing-arriving',
  code: CODE,
  cause: 'nothing_arriving',
  what: 'Nothing enters the delay line any more: the broadcast shows what is buffered, and then stops.',
  fix: 'Export a support pack for the session, then restart the server: the delay line is rebuilt from the timeline.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await system.direct('broadcast:delay:set', { delayMs: LINE_MS, mode: 'jump' });
    await atItsDelay(system);
    await system.fault('delay-line', true);
    await until('the line is empty', async () => {
      const { sessions } = (await system.summary()).broadcastDelay;
      return sessions.some(({ show, bufferedEvents }) => show === SHOW && bufferedEvents === 0);
    });
    return () => system.restart();
  },
};

/** The drills of a broadcast's delay that does not work. */
export const BROADCAST_DELAY_NOT_WORKING: readonly Drill[] = [
  overlayInLiveRoom,
  overlayInPublicPicture,
  notInitialized,
  directorLacksCapability,
  notPublished,
  holding,
  nothingArriving,
];
