import { connect } from 'node:net';
import type pg from 'pg';

/** The code of a cancel request (PostgreSQL's protocol 3), and how long it may take, in ms. */
const CANCEL = 80_877_102;
const CANCEL_MS = 2_000;

/** What a client knows of its connection beyond the types of pg. */
interface Connected {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** The server's process that works for a client; `null` where it has not said. */
export function processOf(client: pg.PoolClient): number | null {
  return (client as unknown as Connected).processID;
}

/**
 * Asks the server to end the statement that a client gave up. Else it would go on waiting there, and each try would add
 * another to those that wait for the same lock. Whether it worked does not matter: the connection is closed anyway.
 */
export function cancelStatement(client: pg.PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as Connected;
  if (processID === null || secretKey === null) return;
  const request = Buffer.alloc(16);
  [16, CANCEL, processID, secretKey].forEach((value, i) => {
    request.writeInt32BE(value, 4 * i);
  });
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(CANCEL_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('connect', () => socket.end(request));
}
