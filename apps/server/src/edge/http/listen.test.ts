import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { BACKLOG, listen } from './listen.js';

/** How many connections wait to be accepted at a port, from Linux's table: the receive queue of who listens (state 0A). */
function waitingAt(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find(([, local, , state]) => local === address && state === '0A');
  return Number.parseInt(line?.[4]?.split(':')[1] ?? '', 16);
}

/** Node's own bound, which a crowd fills. */
const DEFAULT = 511;
const CROWD = 800;

it.runIf(process.platform === 'linux')('has a place for each of a crowd that connects within one turn', async () => {
  const systems = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  const http = fastify();
  const port = await listen(http, '127.0.0.1', 0);
  const sockets: Socket[] = [];
  let most = 0;
  for (let n = 0; n < CROWD; n++) sockets.push(connect(port, '127.0.0.1'));
  // They call the system in the ticks of this turn, and nothing is accepted before its end.
  await new Promise<void>((resolve) =>
    process.nextTick(() => {
      most = waitingAt(port);
      resolve();
    }),
  );
  expect(most).toBe(Math.min(CROWD, systems, BACKLOG));
  expect(most).toBeGreaterThan(Math.min(DEFAULT, systems - 1));
  await eventually(() => expect(sockets.every((each) => !each.connecting)).toBe(true));
  for (const each of sockets) each.destroy();
  await http.close();
});
