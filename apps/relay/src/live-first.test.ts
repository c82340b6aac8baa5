import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { readRelayConfig } from './config.js';
import { type RelayOutcome, runRelay } from './run-relay.js';
import { PushedSource } from './testing/pushed-source.js';
import { ScriptedServer } from './testing/scripted-server.js';
import { frames, session } from './testing/told-source.js';

const inFolder = temporaryFolder();
let runs = 0;
let server: ScriptedServer;
/** How long the line takes for a batch, whose answers come one after another. */
let batchMs: number;
let source: PushedSource;
let said: string[];
let stop: AbortController;
let running: Promise<RelayOutcome>;

beforeEach(async () => {
  batchMs = 0;
  said = [];
  server = await ScriptedServer.listen({
    takesAhead: true,
    echoes: false,
    onBatch: async () => {
      if (batchMs > 0) await new Promise((resolve) => setTimeout(resolve, batchMs));
      return 'take' as const;
    },
  });
  source = new PushedSource();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
});

function relay(): void {
  const config = { ...readRelayConfig({ RELAY_BACKENDS: server.url }), spoolDir: inFolder(`live-first-${++runs}`) };
  running = runRelay({
    source,
    speed: 1,
    config: { current: config, onChange: () => undefined },
    relayId: 'rig',
    signal: stop.signal,
    output: { write: (text) => said.push(text) },
    version: '0',
    random: () => 0,
  });
}

/** Session times of the frames that came, in tenths: the numbers that `frames` gave them, in the order they came. */
const came = () =>
  server.streams[0]?.records.flatMap((record) =>
    record.kind === 'frame' ? [Math.round(record.sessionTime * 10)] : [],
  ) ?? [];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const BACKLOG = 60_000;

describe('a backlog that would take the line long', () => {
  it('lets what is live go first, with the session that it is about, and follows behind it in order', async () => {
    relay();
    batchMs = 200;
    source.push(session(), ...frames(BACKLOG / 2));
    // Somebody has joined: what comes from now on cannot be understood without it.
    source.push(session(), ...frames(BACKLOG / 2, BACKLOG / 2 + 1));
    await eventually(() => expect(said.join('')).toContain('live frames go first'));
    await eventually(() => expect(came()).toContain(BACKLOG));
    expect(came().length).toBeLessThan(BACKLOG / 2);
    const kinds = server.streams[0]?.records.map(({ kind }) => kind) ?? [];
    expect(kinds.filter((kind) => kind === 'session')).toHaveLength(2);
    const filling = came().indexOf(BACKLOG);
    source.push(...frames(10, BACKLOG + 1));
    await eventually(() => expect(came()).toContain(BACKLOG + 10));
    batchMs = 0;
    await eventually(() => expect(came().length).toBe(BACKLOG + 10));
    const behind = came()
      .slice(filling + 1)
      .filter((number) => number < BACKLOG);
    expect(behind).toEqual([...behind].sort((a, b) => a - b));
    expect([...came()].sort((a, b) => a - b)).toEqual(upTo(BACKLOG + 10));
  });

  it('WIR-15: sends all in order to a server that does not take it otherwise', async () => {
    server.script.takesAhead = false;
    relay();
    batchMs = 200;
    source.push(session(), ...frames(BACKLOG));
    // Longer than it takes to know how slow the line is.
    await eventually(() => expect(came().length).toBeGreaterThan(2_000));
    batchMs = 0;
    await eventually(() => expect(came()).toEqual(upTo(BACKLOG)));
    expect(said.join('')).not.toContain('live frames go first');
  });

  it('goes in order where nothing is live any more', async () => {
    relay();
    batchMs = 200;
    source.push(session(), ...frames(BACKLOG));
    source.end();
    await eventually(() => expect(came().length).toBeGreaterThan(2_000));
    batchMs = 0;
    await running;
    expect(came()).toEqual(upTo(BACKLOG));
    expect(said.join('')).not.toContain('live frames go first');
  });
});
