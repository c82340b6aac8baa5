import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { CONTROL_FILE, socketPath } from '../socket-path.js';
import { serverForEachTest } from '../testing/running-server.js';
import { askControl } from './ask-control.js';
import type { ControlRequest } from './control-messages.js';
import { dataDirsIn, runningServers } from './running-servers.js';

const { dataDir, url, get, post, start, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const ASKED: ControlRequest = { ask: 'token', sub: 'cli:team', role: 'team', ttlSeconds: 60 };
const file = () => join(dataDir(), CONTROL_FILE);
const fault = (dir: string) => askControl(dir, ASKED).catch((error: unknown) => error);

/** What the socket answers to these bytes. */
const answerTo = (bytes: string | Buffer) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(file());
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });

it('gives a token that this server accepts, with what was asked for', async () => {
  const shows = ['my-league'];
  const answer = await askControl(dataDir(), { ...ASKED, shows, sessions: ['sess_1'], cars: ['07'] });
  if (answer.answer !== 'token') throw new Error(answer.answer);
  expect(answer.url).toBe(url());
  expect(decodeJwt(answer.token)).toMatchObject({ role: 'team', shows, sessions: ['sess_1'], cars: ['07'] });
  expect((await get('/api/sessions', answer.token)).status).toBe(200);
});

it('gives a sign-in code that works once', async () => {
  const answer = await askControl(dataDir(), { ask: 'sign-in' });
  if (answer.answer !== 'sign-in') throw new Error(answer.answer);
  expect(await post('/api/sign-in', { code: answer.code })).toMatchObject({ status: 200, body: { role: 'admin' } });
  expect((await post('/api/sign-in', { code: answer.code })).status).toBe(401);
});

it('is a file that only its owner can open, and is gone with the server', async () => {
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  await restart(() => expect(existsSync(file())).toBe(false));
  expect(await askControl(dataDir(), ASKED)).toMatchObject({ answer: 'token' });
});

it('a file that a killed server left stops neither the next start nor its commands, and alone it is no server', async () => {
  const left = join(dataDir(), 'left');
  mkdirSync(left);
  // A process that is killed leaves its socket file where it is.
  const script = `require('net').createServer().listen(${JSON.stringify(join(left, CONTROL_FILE))}, () => process.kill(process.pid, 'SIGKILL'))`;
  await promisify(execFile)(process.execPath, ['-e', script]).catch(() => undefined);
  expect(existsSync(join(left, CONTROL_FILE))).toBe(true);
  expect(await fault(left)).toMatchObject({ name: 'ControlError', fault: 'none' });
  const next = await start({ DATA_DIR: left });
  try {
    expect(await askControl(left, ASKED)).toMatchObject({ answer: 'token' });
  } finally {
    await next.close();
  }
});

it('what cannot be replaced by a socket file does not stop the start', async () => {
  const other = join(dataDir(), 'other');
  mkdirSync(join(other, CONTROL_FILE, 'x'), { recursive: true });
  const next = await start({ DATA_DIR: other });
  await next.close();
  expect(existsSync(join(other, CONTROL_FILE, 'x'))).toBe(true);
});

it('a folder whose path is too long for a socket is asked all the same', async () => {
  const long = join(dataDir(), 'l'.repeat(120));
  const next = await start({ DATA_DIR: long });
  try {
    expect(await askControl(long, ASKED)).toMatchObject({ answer: 'token' });
    expect(statSync(join(long, CONTROL_FILE)).mode & 0o777).toBe(0o600);
  } finally {
    await next.close();
  }
  expect(existsSync(join(long, CONTROL_FILE))).toBe(false);
});

it('without a server, and with something else in its place, says what is there', async () => {
  expect(await fault(join(dataDir(), 'nowhere'))).toMatchObject({ fault: 'none' });
  const empty = join(dataDir(), 'empty');
  mkdirSync(empty);
  expect(await fault(empty)).toMatchObject({ fault: 'none' });
  writeFileSync(join(empty, CONTROL_FILE), 'not a socket');
  expect(await fault(empty)).toMatchObject({ fault: 'none' });
  const another = join(dataDir(), 'another');
  mkdirSync(another);
  const program = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => program.listen(join(another, CONTROL_FILE), resolve));
  expect(await fault(another)).toMatchObject({ fault: 'unclear' });
  await new Promise((resolve) => program.close(resolve));
});

it.each([
  ['nothing that is JSON', 'hello\n'],
  ['no request', '{}\n'],
  ['an unknown request', '{"ask":"stop"}\n'],
  ['a role that does not exist', '{"ask":"token","sub":"x","role":"king","ttlSeconds":60}\n'],
  ['a token for ever', '{"ask":"token","sub":"x","role":"admin","ttlSeconds":1e12}\n'],
  ['a show that cannot be', '{"ask":"token","sub":"x","role":"team","shows":["../x"],"ttlSeconds":60}\n'],
  ['a field that is not known', '{"ask":"sign-in","role":"ops"}\n'],
  ['more than is read', 'x'.repeat(100_000)],
  ['bytes', Buffer.from([0xff, 0x00, 0x0a])],
])('refuses %s, and answers the next one', async (_name, bytes) => {
  expect(JSON.parse(await answerTo(bytes))).toMatchObject({ answer: 'refused', message: expect.any(String) });
  expect(await askControl(dataDir(), ASKED)).toMatchObject({ answer: 'token' });
});

it('a server whose people sign in elsewhere makes neither tokens nor links, and says where they come from', async () => {
  const elsewhere = await start({
    DATA_DIR: join(dataDir(), 'provider'),
    JWT_SECRET: '',
    JWKS_URL: 'http://127.0.0.1:1/keys',
    JWT_ISSUER: 'https://id.example/',
    JWT_AUDIENCE: 'okboxbox',
  });
  try {
    for (const request of [ASKED, { ask: 'sign-in' }] as const)
      expect(await askControl(join(dataDir(), 'provider'), request)).toMatchObject({
        answer: 'refused',
        message: expect.stringContaining('identity provider'),
      });
  } finally {
    await elsewhere.close();
  }
});

it('on Windows a named pipe stands for the file, the same for each way of writing the folder', () => {
  const pipe = (dir: string) => socketPath(dir, CONTROL_FILE, 'win32')?.path;
  expect(pipe('/Race/Data')).toMatch(/^\\\\\.\\pipe\\okboxbox-[0-9a-f]{32}$/);
  expect(pipe('/race/data/')).toBe(pipe('/Race/Data'));
  expect(pipe('/race/other')).not.toBe(pipe('/race/data'));
  expect(socketPath(`/${'l'.repeat(120)}`, CONTROL_FILE, 'darwin')).toBeNull();
});

it.runIf(process.platform === 'linux')(
  'the servers of this machine are found by the folders that they run on',
  async () => {
    expect(await runningServers()).toContain(dataDir());
  },
);

it('of the sockets of a machine those of servers are told, each once, whatever is in their paths', () => {
  const line = (path: string) => `0000000000000000: 00000002 00000000 00010000 0001 01 31337 ${path}`;
  const table = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000000000000: 00000003 00000000 00000000 0001 03 318497',
    ...[`/srv/my race/${CONTROL_FILE}`, `/srv/my race/${CONTROL_FILE}`, '/run/other.sock', `@/x/${CONTROL_FILE}`].map(
      line,
    ),
  ].join('\n');
  expect(dataDirsIn(table)).toEqual(['/srv/my race']);
});
