import { afterEach, beforeEach, expect } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { temporaryFolder } from '../../../../testing/temporary-folder.js';
import { type RelayConfig, readRelayConfig } from '../config.js';
import { type RelayOutcome, runRelay } from '../run-relay.js';
import { PushedSource } from './pushed-source.js';
import { type Script, ScriptedServer, type Stream } from './scripted-server.js';

/** Relays of a live sim and the servers that they feed, for the tests of a file; all are stopped after each test. */
export function liveRelays() {
  const inFolder = temporaryFolder();
  let runs = 0;
  let said: string[] = [];
  let servers: ScriptedServer[] = [];
  let running: (() => Promise<unknown>)[] = [];
  beforeEach(() => {
    said = [];
    servers = [];
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((stop) => stop()));
    for (const server of servers) await server.close();
  });

  return {
    /** All that relays have said in this test. */
    said: () => said.join(''),

    async listen(script: Script = {}, port = 0): Promise<ScriptedServer> {
      const server = await ScriptedServer.listen(script, port);
      servers.push(server);
      return server;
    },

    /** Runs a relay, with a configuration that the test may change. */
    relay(env: Record<string, string>, spoolDir = inFolder(`relay-${++runs}`), random = () => 0) {
      const source = new PushedSource();
      const listeners: ((config: RelayConfig) => void)[] = [];
      const read = (more: Record<string, string>) => ({
        ...readRelayConfig({ RELAY_PARITY_SAMPLE_RATE: '1', ...more }),
        spoolDir,
      });
      let current = read(env);
      const stopping = new AbortController();
      const outcome: Promise<RelayOutcome> = runRelay({
        source,
        speed: 1,
        config: {
          get current() {
            return current;
          },
          onChange: (listener) => listeners.push(listener),
        },
        relayId: 'rig',
        signal: stopping.signal,
        output: { write: (text) => said.push(text) },
        version: '0',
        random,
      });
      const stop = () => {
        stopping.abort();
        return outcome;
      };
      running.push(stop);
      return {
        source,
        spoolDir,
        outcome,
        stop,
        change: (more: Record<string, string>) => {
          current = read({ ...env, ...more });
          for (const listener of listeners) listener(current);
        },
      };
    },
  };
}

/** Session times of the frames that a stream was given, in tenths: the numbers that `frames` gave them. */
export const kept = (stream: Stream | undefined) =>
  stream?.records.flatMap((record) => (record.kind === 'frame' ? [Math.round(record.sessionTime * 10)] : [])) ?? [];

/** The numbers from `first` to `count`. */
export const upTo = (count: number, first = 1) => Array.from({ length: count - first + 1 }, (_, i) => first + i);

/** Waits until a server has been given the frames of these numbers. */
export const has = (server: ScriptedServer, numbers: readonly number[]) =>
  eventually(() => expect(kept(server.streams[0])).toEqual(numbers));
