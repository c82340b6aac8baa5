import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, type Running, run, stop, temporaryData } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
let url: string;
let server: Running | null;

/** Only the server has the secret, as in production. */
const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: randomBytes(48).toString('base64url'),
  // Tokens need no database.
  DATABASE_URL: 'postgresql://127.0.0.1:1/none',
};

beforeEach(async () => {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
  server = null;
});
afterEach(async () => {
  if (server) await stop(server);
  data.remove();
});

async function serve(env: Record<string, string> = PRODUCTION): Promise<Running> {
  const started = okboxbox(['server', '--port', new URL(url).port, '--data', data.dir], env);
  server = started;
  await eventually(() => expect(started.stderr()).toContain('serves http'));
  return started;
}

const status = async (path: string, token: string) =>
  (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
const token = (...more: string[]) => run(['token', '--role', 'team', ...more]);

describe('okboxbox token', () => {
  it('prints a token that the server accepts, from a shell without the secret, and names what it opens', async () => {
    await serve();
    const limits = ['--show', 'my-league', '--session', 'sess_abc', '--car', '07', '--ttl', '30m'];
    const made = await token('--data', data.dir, ...limits);
    expect([made.exit, await status('/api/sessions', made.out.trim())]).toEqual([0, 200]);
    for (const said of ['show my-league', 'session sess_abc', 'car 07', `${url}/sessions/sess_abc`])
      expect(made.err).toContain(said);
    expect(made.err).not.toMatch(/SHOW|SESSION|NUMBER/);
  });

  it('prints nothing where no server runs, exits 1, and says where to run it', async () => {
    const alone = await token('--data', data.dir, '--car', '7');
    expect([alone.exit, alone.out]).toEqual([1, '']);
    expect(alone.err).toContain(`No server is running on this folder (${join(data.dir, 'okboxbox.sock')}`);
    expect(existsSync(join(data.dir, 'jwt-secret'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')('names the folder of the server that runs on this machine', async () => {
    await serve();
    const other = join(data.dir, 'other');
    mkdirSync(other);
    const made = await token('--data', other, '--show', 'my-league');
    expect([made.exit, made.out]).toEqual([1, '']);
    // Other servers may run here, too.
    expect(made.err).toContain(data.dir);
    expect(made.err).toContain('okboxbox token --role team --show my-league --ttl 8h --data ');
  });

  it('is not confused by what a killed server left, nor is the server that is started next', async () => {
    await stop(await serve(), 'SIGKILL');
    expect(existsSync(join(data.dir, 'okboxbox.sock'))).toBe(true);
    const between = await token('--data', data.dir);
    expect([between.exit, between.out]).toEqual([1, '']);
    await serve();
    expect(statSync(join(data.dir, 'okboxbox.sock')).mode & 0o777).toBe(0o600);
    const made = await token('--data', data.dir);
    expect([made.exit, await status('/api/sessions', made.out.trim())]).toEqual([0, 200]);
  });
});

describe('okboxbox sign-in', () => {
  it('prints a link that signs an administrator in once; in production none is in the log', async () => {
    const { stdout, stderr } = await serve();
    expect(`${stdout()}${stderr()}`).not.toContain('code=');
    expect(stderr()).toContain(`okboxbox sign-in --data ${data.dir}`);
    const made = await run(['sign-in', '--data', data.dir]);
    expect([made.exit, made.err]).toEqual([0, expect.stringContaining('once, within 10 minutes')]);
    const code = /^(\S+)\/#code=([\w-]+)\n$/.exec(made.out);
    expect(code?.[1]).toBe(url);
    const redeem = () =>
      fetch(`${url}/api/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: code?.[2] }),
      });
    const answer = (await (await redeem()).json()) as { token: string; role: string };
    expect([answer.role, await status('/api/sessions', answer.token)]).toEqual(['admin', 200]);
    expect(await (await redeem()).json()).toMatchObject({
      status: 401,
      detail: expect.stringContaining('okboxbox sign-in'),
    });
  });

  it('prints nothing where no server runs, and exits 1', async () => {
    const alone = await run(['sign-in', '--data', data.dir]);
    expect([alone.exit, alone.out]).toEqual([1, '']);
    expect(alone.err).toMatch(/No server is running.*okboxbox sign-in --data/);
  });
});
