import type { Drill, SystemDrill } from './drill.js';
import { JumpingRelay } from './jumping-relay.js';
import { until, wait } from './running.js';
import type { TestSystem } from './test-system.js';

const CODE = 'CLOCK_DRIFT';
/** Beyond the runbook's threshold of 5 s, in ms. */
const BEYOND_MS = 7_000;
/** What the line is narrowed to, in bytes a second, and how old what waits at the relay is to become by that, in ms. */
const NARROW_BYTES_PER_S = 1_200;
const WAITING_MS = 3_000;
/** The line is late by this, in ms: beyond the threshold as well. */
const LATE_MS = 5_600;

/** How long the PC sleeps, in ms. */
const SLEEP_MS = 4_000;

/** A relay that has fed for a while has answered for its clock. */
function clockKnown(system: TestSystem): Promise<true> {
  return until("the relay's clock is known", async () => {
    const [relay] = (await system.running()).relays;
    return relay?.clock.offsetMs != null && relay.transitP95Ms !== null;
  });
}

const clockOffset: SystemDrill = {
  name: 'clock-offset',
  code: CODE,
  cause: 'clock_offset',
  what: "The racing PC's clock is 7 s fast.",
  fix: "Synchronise the racing PC's clock (ntpdate pool.ntp.org), and restart the relay.",
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    await system.startRelay({ aheadMs: BEYOND_MS });
    await system.running();
    await system.watch();
    return async () => {
      await system.relay.stop();
      await system.feed();
    };
  },
};

const backlog: SystemDrill = {
  name: 'clock-backlog',
  code: CODE,
  cause: 'backlog',
  what: 'The relay captures more than its connection carries: frames wait at the relay.',
  fix: "Stop other traffic on the racing PC's uplink; waiting frames are sent automatically.",
  on: 'system',
  like: {},
  inject: async (system) => {
    system.line.narrow(NARROW_BYTES_PER_S);
    await until(
      'records wait at the relay for seconds',
      async () => {
        const [session] = await system.sessions();
        return (session?.relays[0]?.oldestWaitingMs ?? 0) > WAITING_MS;
      },
      40_000,
    );
    return async () => system.line.repair();
  },
};

const latency: SystemDrill = {
  name: 'clock-latency',
  code: CODE,
  cause: 'latency',
  what: 'Frames are in transit for almost six seconds.',
  fix: "Check the network between the racing PC and the server: a download, the PC's Wi-Fi, a VPN.",
  on: 'system',
  like: {},
  inject: async (system) => {
    await clockKnown(system);
    // In two steps, and nothing arrives during each: a line that brings nothing for five seconds is a dead one.
    for (const lateMs of [LATE_MS / 2, LATE_MS]) {
      system.line.late(lateMs);
      await wait(LATE_MS / 2);
    }
    return async () => system.line.repair();
  },
};

const clockStep: SystemDrill = {
  name: 'clock-step',
  code: CODE,
  cause: 'clock_step',
  what: 'The racing PC sleeps for four seconds in the middle of the race: the clock that timestamps frames stops.',
  fix: 'Prevent the racing PC from sleeping, and restart the relay when the race allows it.',
  on: 'system',
  like: {},
  inject: async (system) => {
    await clockKnown(system);
    await system.relay.sleep(SLEEP_MS);
    return async () => {
      await system.relay.stop();
      await system.feed();
    };
  },
};

const clockJump: SystemDrill = {
  name: 'clock-jump',
  code: CODE,
  cause: 'clock_jump',
  what: "The session clock of the relay's sim jumps ten minutes ahead and back, every two seconds.",
  fix: 'Stop the relay, and start a correct one.',
  on: 'system',
  like: { relay: 'none' },
  inject: async (system) => {
    const relay = await JumpingRelay.begin(`http://127.0.0.1:${system.line.port}`, await system.token('relay'));
    await system.running();
    await system.watch();
    return async () => {
      await relay.stop();
      await system.feed();
    };
  },
};

/** The drills of clocks that seem to drift. */
export const CLOCK_DRIFT: readonly Drill[] = [clockOffset, backlog, latency, clockStep, clockJump];
