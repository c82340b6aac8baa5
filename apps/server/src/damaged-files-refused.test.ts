import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localSecret } from './access/secret.js';
import { readConfig } from './config.js';
import { DataDirError } from './data-files.js';
import { startServer } from './node.js';
import { DAMAGES, type DamageName, damageTable } from './testing/damaged-files.js';

const refused = vi.hoisted(() => new Set<string>());
vi.mock('node:fs/promises', async (original) => {
  const { refusing } = await import('./testing/damaged-files.js');
  return refusing(await original<object>(), refused);
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'damaged-'));
});
afterEach(() => {
  refused.clear();
  rmSync(dir, { recursive: true, force: true });
});

const WITHOUT_DATABASE = { DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' };

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  const config = readConfig({ PORT: '0', DATA_DIR: dir, ...env }, '/');
  const log = pino({ level: 'silent' });
  await (await startServer({ config, version: '0', webDir: null, log })).close();
}

/** A start that must not go on ends in one line that names the file and says what to do. */
async function expectRefusal(file: string, env: Readonly<Record<string, string>>): Promise<void> {
  const error = await start(env).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataDirError);
  const { message } = error as Error;
  expect(message).toContain(join(dir, file));
  expect(message).toMatch(/[Pp]ut it back|remove it/);
  expect(message).not.toMatch(/\n|unexpected error/);
}

/** As each is when all is well. */
const CONTENT: Readonly<Record<string, string | null>> = {
  'revoked-tokens.json': '[{"jti":"a","at":1}]',
  'jwt-secret': null,
  'server.lock': '{"pid":4194305,"born":null}',
};

describe('a start that cannot go on without guessing', () => {
  it.each([
    ...damageTable(['revoked-tokens.json', 'jwt-secret']),
    ...damageTable(['server.lock'], ['a folder', 'not readable']),
  ])('is refused in one line: %s, %s', async (file, damage: DamageName) => {
    await start(WITHOUT_DATABASE);
    const content = CONTENT[file] ?? null;
    if (content !== null) writeFileSync(join(dir, file), content);
    DAMAGES[damage](join(dir, file), refused);
    await expectRefusal(file, WITHOUT_DATABASE);
  });

  it.each([
    ...['sessions', 'shows', 'database', 'database.lock', 'socket'].map((file) => [file, 'a file'] as const),
    ...['sessions', 'shows', 'database'].map((file) => [file, 'not readable'] as const),
  ])('is refused in one line: the folder %s, %s', async (file, damage) => {
    if (damage === 'a file') writeFileSync(join(dir, file), 'garbage');
    else {
      mkdirSync(join(dir, file));
      refused.add(join(dir, file));
    }
    await expectRefusal(file, file === 'sessions' || file === 'shows' ? WITHOUT_DATABASE : {});
  });

  it('is refused in one line where the socket of the database has a folder in its place', async () => {
    mkdirSync(join(dir, 'socket', '.s.PGSQL.5432'), { recursive: true });
    await expectRefusal(join('socket', '.s.PGSQL.5432'), {});
  });

  it('goes on once the file is put back', async () => {
    await start(WITHOUT_DATABASE);
    const path = join(dir, 'revoked-tokens.json');
    writeFileSync(path, 'null');
    await expectRefusal('revoked-tokens.json', WITHOUT_DATABASE);
    writeFileSync(path, '[]');
    await start(WITHOUT_DATABASE);
  });
});

describe('a lock whose content is lost, as after a power cut', () => {
  it.each(damageTable(['server.lock'], ['empty', 'cut off', 'garbage', 'null', 'of another form']))(
    'is taken over: %s, %s',
    async (file, damage) => {
      writeFileSync(join(dir, file), CONTENT[file] ?? '');
      DAMAGES[damage](join(dir, file), refused);
      await start(WITHOUT_DATABASE);
    },
  );
});

describe('the secret of a data directory', () => {
  const path = () => join(dir, 'jwt-secret');

  it('is accepted as earlier versions stored it, and stays the same', async () => {
    const secret = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37) % 256)).toString('base64url');
    writeFileSync(path(), secret);
    expect(new TextDecoder().decode(await localSecret(dir))).toBe(secret);
    writeFileSync(path(), `${secret}\n`);
    expect(new TextDecoder().decode(await localSecret(dir))).toBe(secret);
    for (let length = 1; length < 64; length += 1) {
      writeFileSync(path(), secret.slice(0, length));
      await expect(localSecret(dir)).rejects.toThrow(DataDirError);
    }
  });

  it('of an earlier version is stored with its checksum, so that later damage is noticed', async () => {
    const secret = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37) % 256)).toString('base64url');
    writeFileSync(path(), secret);
    await Promise.all([localSecret(dir), localSecret(dir)]);
    const stored = readFileSync(path(), 'utf8');
    expect(new TextDecoder().decode(await localSecret(dir))).toBe(secret);
    writeFileSync(path(), stored.replace(secret.slice(0, 3), 'xyz'));
    await expect(localSecret(dir)).rejects.toThrow(/jwt-secret cannot be used/);
  });

  it('is refused at whatever length it was cut, and with any of its characters changed', async () => {
    const secret = await localSecret(dir);
    const stored = readFileSync(path(), 'utf8').trim();
    for (let length = 0; length < stored.length; length += 1) {
      writeFileSync(path(), stored.slice(0, length));
      await expect(localSecret(dir)).rejects.toThrow(DataDirError);
    }
    for (let at = 0; at < stored.length; at += 1) {
      const other = stored[at] === 'A' ? 'B' : 'A';
      writeFileSync(path(), `${stored.slice(0, at)}${other}${stored.slice(at + 1)}`);
      await expect(localSecret(dir)).rejects.toThrow(DataDirError);
    }
    writeFileSync(path(), stored);
    expect(await localSecret(dir)).toEqual(secret);
  });

  it.each(['a'.repeat(64), 'x'.repeat(40), 'my own secret that is long enough to be one', '0'.repeat(200)])(
    'is none that somebody has typed: %s',
    async (text) => {
      writeFileSync(path(), text);
      await expect(localSecret(dir)).rejects.toThrow(/set JWT_SECRET/);
    },
  );
});
