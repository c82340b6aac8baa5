import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Level, pino } from 'pino';
import { io as connect } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { readConfig } from './config.js';
import { type RunningServer, startServer } from './node.js';

let dataDir: string;
let server: RunningServer;
let lines: string[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'log-'));
  lines = [];
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(level: Level): Promise<void> {
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, OPS_UI_ENABLED: '1' }, dataDir);
  const log = pino({ level }, { write: (line: string) => void lines.push(line) });
  server = await startServer({ config, version: '0.0.0-test', webDir: null, log });
}

/** A call and a connection, both refused. */
async function ask(): Promise<void> {
  await fetch(`${server.url}/api/ops/events?limit=1&token=in-the-query`);
  const socket = connect(server.url, {
    auth: { token: 'in-the-handshake' },
    transports: ['websocket'],
    forceNew: true,
  });
  await new Promise<void>((resolve) => socket.on('connect_error', () => resolve()));
  socket.disconnect();
}
const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log', () => {
  it('says each call and each event at debug, and nothing that was shown to be let in', async () => {
    await start('debug');
    await ask();
    await eventually(() =>
      expect(logged()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ method: 'GET', path: '/api/ops/events', status: 401 }),
          expect.objectContaining({ event: 'auth_fail', where: '/api/ops/events' }),
          expect.objectContaining({ event: 'auth_fail', where: 'handshake' }),
        ]),
      ),
    );
    expect(lines.join('')).not.toMatch(/in-the-(query|handshake)/);
  });

  it('says neither at info', async () => {
    await start('info');
    await ask();
    expect(logged().filter(({ path, event }) => path !== undefined || event !== undefined)).toEqual([]);
  });
});
