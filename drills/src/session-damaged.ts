import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill, SystemDrill } from './drill.js';
import { until } from './running.js';
import type { TestSystem } from './test-system.js';

const CODE = 'SESSION_DAMAGED';
const FIRST = '000001.seg';
/** What is overwritten, and how far before the end of the timeline, in bytes. */
const DAMAGED_BYTES = 2_000;
const BEFORE_END_BYTES = 8_000;
/** A timeline that has something before, in and behind that. */
const ENOUGH_BYTES = 20_000;

/** The timeline of the session that runs. */
async function timelineOf(system: TestSystem): Promise<string> {
  const { sessionId } = await system.running();
  return join(system.dataDir, 'sessions', sessionId, FIRST);
}

/** Resolves when the relay has sent what waited while the server was down: that is another finding. */
async function caughtUp(system: TestSystem): Promise<void> {
  await until('what waited has been sent', async () => {
    const { relays } = await system.running();
    const { findings } = await system.findings();
    const isBehind = findings.some(({ code }) => code === 'CLOCK_DRIFT');
    return relays.some(({ oldestWaitingMs }) => oldestWaitingMs !== null && oldestWaitingMs < 1_000) && !isBehind;
  });
}

const unreadable: SystemDrill = {
  name: 'session-unreadable',
  code: CODE,
  cause: 'unreadable',
  what: "A folder is in the place of a session's timeline when the server starts.",
  fix: 'Put the file back in its place: the server reads the session again by itself.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const path = await timelineOf(system);
    const kept = `${path}.kept`;
    await system.restart(() => {
      renameSync(path, kept);
      mkdirSync(path);
    });
    await caughtUp(system);
    return async () => {
      rmdirSync(path);
      renameSync(kept, path);
    };
  },
};

const recordsLost: SystemDrill = {
  name: 'session-records-lost',
  code: CODE,
  cause: 'records_lost',
  what: "A part of a session's timeline is overwritten while the server is down.",
  fix: 'Accept the loss in the console.',
  on: 'system',
  like: { database: 'postgresql' },
  inject: async (system) => {
    const path = await timelineOf(system);
    await until('the timeline is long enough', () => readFileSync(path).length >= ENOUGH_BYTES);
    const { sessionId } = await system.running();
    // Killed: a server that stops writes a checkpoint, and the next start needs no more than that.
    await system.server.stop('SIGKILL');
    const bytes = readFileSync(path);
    bytes.fill('not what was here ', bytes.length - BEFORE_END_BYTES, bytes.length - BEFORE_END_BYTES + DAMAGED_BYTES);
    writeFileSync(path, bytes);
    await system.serve();
    await caughtUp(system);
    return () => system.post(`/api/ops/sessions/${sessionId}/accept-loss`, { because: 'a drill' });
  },
};

/** The drills of sessions that are damaged on the disk. */
export const SESSION_DAMAGED: readonly Drill[] = [unreadable, recordsLost];
