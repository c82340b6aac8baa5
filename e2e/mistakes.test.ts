import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, PORTIMAO, run, stop, temporaryData, tokenOf, WITHOUT_DATA } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
beforeEach(() => {
  data = temporaryData();
});
afterEach(() => data.remove());

/** One line, naming the thing and the way out. */
function expectOneLine(err: string, ...parts: (string | RegExp)[]): void {
  expect(err.trim().split('\n')).toHaveLength(1);
  for (const part of parts) expect(err).toMatch(part);
}

describe('a mistake ends in one clear line', () => {
  it('a used port: who holds it, and how to choose another', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const { exit, err } = await run(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'warn' });
    expect(exit).toBe(1);
    expectOneLine(err, `Port ${port} is in use`, `process ${process.pid}`, '--port');
    await new Promise((resolve) => holder.close(resolve));
  });

  it('a data folder in use: by whom', async () => {
    const port = await freePort();
    const first = okboxbox(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'warn' });
    await eventually(() => expect(first.stderr()).toContain('serves'));
    const { exit, err } = await run(['server', '--port', String(await freePort()), '--data', data.dir], {
      LOG_LEVEL: 'warn',
    });
    expect(exit).toBe(1);
    expectOneLine(err, 'in use by another server', `process ${first.process.pid}`);
    await stop(first);
  });

  it.each([
    ['revoked-tokens.json', '[{"jti":'],
    ['jwt-secret', 'cut-off-after-forty-characters-of-sixty-four'],
    ['sessions', 'a file where a folder was'],
  ])('a damaged file of the data folder: which, what is wrong and what to do (%s)', async (file, content) => {
    mkdirSync(data.dir, { recursive: true });
    writeFileSync(join(data.dir, file), content);
    const { exit, err } = await run(['server', '--port', String(await freePort()), '--data', data.dir], {
      LOG_LEVEL: 'warn',
    });
    expect(exit).toBe(1);
    expectOneLine(err, join(data.dir, file), 'cannot be used', /[Pp]ut it back/);
    expect(err).not.toContain('unexpected error');
  });

  it.each([
    ['an unknown source', ['results', 'foo:bar'], 2, ['foo', 'lapchart:']],
    ['a source without its file', ['up', '--source', 'lapchart'], 2, ['lapchart:FILE']],
    ['an unknown option of a race', ['relay', '--source', 'demo:1,trucks=2'], 2, ['trucks=2']],
    ['a missing file', ['results', 'lapchart:/no/such/file.json'], 1, ['/no/such/file.json']],
    ['an unknown command', ['fly'], 2, ['fly', '--help']],
    ['an unknown option', ['up', '--fast'], 2, ['--fast', '--help']],
    ['a missing option', ['token'], 2, ['--role']],
    ['an unknown role', ['token', '--role', 'king'], 2, ['king', 'admin']],
    ['a relay without a source', ['relay'], 2, ['--source']],
    ['a bad speed', ['up', '--speed', 'fast'], 2, ['speed', 'max']],
  ] as const)('%s', async (_name, args, code, parts) => {
    const { exit, err } = await run(args);
    expect(exit).toBe(code);
    expectOneLine(err, ...parts);
  });

  it.each([
    ['PORT', 'seventy', ['server']],
    ['LOG_LEVEL', 'loud', ['up']],
  ])('a bad environment variable: %s', async (name, value, args) => {
    const { exit, err } = await run([...args, '--data', data.dir], { [name]: value });
    expect(exit).toBe(1);
    expectOneLine(err, name, value, 'must be');
  });

  it.skipIf(WITHOUT_DATA)('a wrong token: the relay says so and ends', async () => {
    const port = await freePort();
    const server = okboxbox(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'error' });
    await eventually(() => expect(server.stderr()).toContain('serves'));
    const env = { RELAY_BACKENDS: `http://127.0.0.1:${port}`, RELAY_TOKEN: await tokenOf(data.dir, 'team') };
    const { exit, err } = await run(['relay', '--source', `recording:${PORTIMAO}`], env);
    expect(exit).toBe(1);
    expect(err).toContain('relay:publish');
    await stop(server);
  });

  it.skipIf(WITHOUT_DATA)('a cut recording: what came before it, then the line that is damaged', async () => {
    const text = gunzipSync(readFileSync(PORTIMAO)).toString();
    const file = join(data.dir, 'cut.jsonl');
    writeFileSync(file, text.slice(0, Math.floor(text.length * 0.6)));
    const { exit, out, err } = await run(['results', `recording:${file}`, '--json']);
    expect(exit).toBe(1);
    expect((JSON.parse(out) as { entries: unknown[] }).entries.length).toBe(34);
    expectOneLine(err, 'cut.jsonl', /line \d+/);
  });

  it('options that npm took for its own', async () => {
    const script = fileURLToPath(new URL('../scripts/start.mjs', import.meta.url));
    const child = spawn(process.execPath, [script], { env: { ...process.env, npm_config_speed: '4' } });
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
    expectOneLine(err, 'npm start -- --speed 4');
  });
});

describe('every command has help', () => {
  it.each([[], ['up'], ['server'], ['relay'], ['relay', 'sources'], ['results'], ['token']])(
    '%s %s',
    async (...args) => {
      const { exit, out } = await run([...args.filter((arg) => arg !== undefined), '--help']);
      expect(exit).toBe(0);
      expect(out).toContain('Usage: okboxbox');
    },
  );
});

describe('a recording that no sim would write', () => {
  const header = { kind: 'recording', version: 1, sim: 'test', source: 'test', createdAt: 0 };
  const session = (entries: readonly object[]) => ({
    kind: 'session',
    capturedAt: 0,
    simSessionKey: '1:0',
    type: 'race',
    track: { name: 'X' },
    classes: [],
    entries,
  });
  const entry = (car: number, name = 'A') => ({ car, carNumber: String(car), driver: { name } });
  const frame = (over: object) => ({
    kind: 'frame',
    seq: 1,
    capturedAt: 0,
    sessionTime: 1,
    state: 'racing',
    flags: [],
    cars: [{ car: 0, pct: 0.5 }],
    ...over,
  });
  const good = [header, session([entry(0)]), frame({})];

  it.each<[string, readonly object[], RegExp]>([
    [
      'ten thousand entries',
      [header, session(Array.from({ length: 10_000 }, (_, car) => entry(car)))],
      /line 2.*entries/,
    ],
    [
      'a fraction of a lap that is text',
      [...good, frame({ sessionTime: 2, cars: [{ car: 0, pct: 'far' }] })],
      /line 4.*pct/,
    ],
    ['an absurd fraction', [...good, frame({ sessionTime: 2, cars: [{ car: 0, pct: 1e9 }] })], /line 4.*pct/],
    [
      'a car twice in a frame',
      [
        ...good,
        frame({
          cars: [
            { car: 0, pct: 0 },
            { car: 0, pct: 0 },
          ],
        }),
      ],
      /line 4.*twice/,
    ],
    ['a frame and no session', [header, frame({})], /contains no session/],
    ['no header', [session([entry(0)])], /line 1/],
  ])('with %s is one clear error that names the line', async (_what, lines, message) => {
    const data = temporaryData();
    try {
      const file = join(data.dir, 'odd.jsonl');
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { exit, err } = await run(['results', `recording:${file}`]);
      expect(exit).toBe(1);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).toMatch(message);
    } finally {
      data.remove();
    }
  });

  it('with names of every kind of character is timed, and the names are kept; a blank one is unknown', async () => {
    const data = temporaryData();
    try {
      const names = [
        '',
        ' ',
        '<script>alert(1)</script>',
        '\u202eevil',
        "Robert'); DROP TABLE laps;--",
        '😀👨‍👩‍👧',
        '\u0000\u0007',
        '漢字',
        '__proto__',
      ];
      const entries = names.map((name, car) => entry(car, name));
      const cars = names.map((_, car) => ({ car, pct: 0.5 }));
      const file = join(data.dir, 'names.jsonl');
      const lines = [header, session(entries), frame({ cars }), frame({ sessionTime: 2, cars })];
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { exit, out } = await run(['results', `recording:${file}`, '--json']);
      expect(exit).toBe(0);
      const found = (JSON.parse(out) as { entries: { car: number; driver: string | null }[] }).entries;
      const kept = names.map((name) => (/[^\s\p{C}]/u.test(name) ? name : null));
      expect(kept.filter((name) => name === null)).toHaveLength(3);
      expect(found.sort((a, b) => a.car - b.car).map((each) => each.driver)).toEqual(kept);
    } finally {
      data.remove();
    }
  });
});
