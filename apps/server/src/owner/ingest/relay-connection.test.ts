import { pino } from 'pino';
import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import type { Visitor } from '../../access/visitor.js';
import { HELLO } from '../../testing/hellos.js';
import type { Session } from '../session/session.js';
import type { Stream } from '../session/stream.js';
import { ConnectedRelays } from './connected-relays.js';
import type { ConnectionDeps } from './ingest-deps.js';
import { ProvenClock } from './proven-clock.js';
import { RelayConnection } from './relay-connection.js';

const RIG = { kind: 'token', claims: { sub: 'rig' }, capabilities: new Set(['relay:publish']) } as unknown as Visitor;

/** A session whose relay's clock is known, and connections of that relay that answer for it when the test says so. */
function connections() {
  const stream = { relayId: 'rig', last: 0, synced: [] } as unknown as Stream;
  const session = {
    id: 'sess_a',
    state: { status: { status: 'live' } },
    relayConnected: () => undefined,
    relayDisconnected: () => undefined,
  } as unknown as Session;
  const known = new ProvenClock();
  known.add({ serverSentAt: 1, relayReceivedAt: 1, relaySentAt: 1, serverReceivedAt: 1, wallAt: 1 });
  const deps = {
    registry: { attach: async () => ({ session, stream }) },
    relays: new ConnectedRelays(),
    clock: { now: () => performance.now() },
    log: pino({ level: 'silent' }),
    feeders: new Map(),
    proven: new WeakMap([[stream, known]]),
  } as unknown as ConnectionDeps;
  return () => {
    const listeners = new Map<string, (...args: unknown[]) => void>();
    const asked: ((answer: unknown) => void)[] = [];
    const socket = {
      id: 'x',
      connected: true,
      data: {},
      handshake: { headers: {} },
      conn: { writeBuffer: [], transport: {}, on: () => undefined, request: {} },
      on: (event: string, listener: (...args: unknown[]) => void) => listeners.set(event, listener),
      timeout: () => ({ emitWithAck: () => new Promise((answer) => asked.push(answer)) }),
      disconnect: () => {
        socket.connected = false;
        listeners.get('disconnect')?.();
      },
    };
    new RelayConnection(socket as unknown as Socket, RIG, deps);
    const greet = () => new Promise((acknowledge) => listeners.get('relay:hello')?.(HELLO, acknowledge));
    return { socket, asked, greet };
  };
}

it.each([
  ['is gone', true],
  ['only looks alive', false],
])(
  'a connection whose greeting takes long, and that %s, does not take the stream from a later one',
  async (_, isGone) => {
    const connect = connections();
    const [first, second] = [connect(), connect()];
    const late = first.greet();
    await eventually(() => expect(first.asked.length).toBeGreaterThan(0));
    if (isGone) first.socket.disconnect();
    const welcome = second.greet();
    await eventually(() => expect(second.asked.length).toBeGreaterThan(0));
    second.asked[0]?.(null);
    expect(await welcome).toMatchObject({ ok: true, sessionId: 'sess_a' });
    first.asked[0]?.(null);
    expect(await late).toMatchObject({ ok: false, error: { code: 'not_available' } });
    expect(second.socket.connected).toBe(true);
  },
);
