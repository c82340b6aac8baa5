import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SupportPack } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELLO } from '../apps/server/src/testing/hellos.js';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, type Running, run, stop, temporaryData, tokenOf } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
let server: Running;
let url: string;

beforeEach(async () => {
  data = temporaryData();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = okboxbox(['server', '--port', String(port), '--data', data.dir], { OPS_UI_ENABLED: '1', LOG_LEVEL: 'warn' });
  await eventually(() => expect(server.stderr()).toContain('serves'));
});
afterEach(async () => {
  await stop(server);
  data.remove();
});

const packs = (...more: string[]) => run(['support-pack', '--server', url, '--data', data.dir, ...more]);

describe('okboxbox support-pack', () => {
  it('writes a file for its owner alone, says what is in it, and writes over none that is there', async () => {
    const file = join(data.dir, 'pack.json');
    const first = await packs('-o', file, '--config');
    expect([first.exit, first.out]).toEqual([0, '']);
    expect(first.err).toMatch(/summary\s+success\s+[\d.]+ kB/);
    expect(first.err).toMatch(/trace\s+skipped\s+No trace was asked for/);
    expect(first.err).toContain(`${file} written.`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pack = JSON.parse(readFileSync(file, 'utf8')) as SupportPack;
    expect(pack.manifest.kind).toBe('okboxbox-support-pack');
    expect(pack.sections.config).toBeDefined();
    const [, secret = ''] = readFileSync(join(data.dir, 'jwt-secret'), 'utf8').trim().split('.');
    expect(secret).toHaveLength(64);
    expect(readFileSync(file, 'utf8')).not.toContain(secret);

    const again = await packs('-o', file);
    expect(again.exit).toBe(2);
    expect(again.err).toMatch(/exists.*--force/);
    expect((await packs('-o', file, '--force')).exit).toBe(0);
    expect((JSON.parse(readFileSync(file, 'utf8')) as SupportPack).sections.config).toBeUndefined();
    expect(readdirSync(data.dir).filter((name) => name.startsWith('pack.json'))).toEqual(['pack.json']);
  });

  it('never takes the place of what is not a file, such as a folder or a device', async () => {
    const folder = mkdtempSync(join(data.dir, 'folder-'));
    const refused = await packs('-o', folder, '--force');
    expect([refused.exit, refused.err]).toEqual([2, expect.stringContaining('is not a file')]);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('goes to standard output with nothing beside it', async () => {
    const { exit, out } = await packs('-o', '-', '--sample', '1');
    expect(exit).toBe(0);
    const { samples } = (JSON.parse(out) as SupportPack).sections.samples as { samples: unknown[] };
    expect(samples.length).toBeGreaterThanOrEqual(2);
  });

  it('leaves out what a relay said in its own words, shows it on request, and includes it once that is agreed', async () => {
    const relay = io(`${url}/relay`, {
      auth: { token: await tokenOf(data.dir, 'relay') },
      transports: ['websocket'],
      reconnection: false,
    });
    expect(await relay.emitWithAck('relay:hello', HELLO)).toMatchObject({ ok: true });
    const bye = { reason: 'failed', message: 'Anna closed it, pw: hunter2' };
    expect(await relay.emitWithAck('relay:bye', bye)).toMatchObject({ ok: true });
    relay.disconnect();
    const file = join(data.dir, 'pack.json');
    await eventually(async () => {
      const { err } = await packs('-o', file, '--force');
      expect(err).toContain('Free text: 0 included, 1 left out.');
    });
    expect(readFileSync(file, 'utf8')).not.toContain('Anna');
    const other = join(data.dir, 'other.json');
    const asked = await packs('-o', other, '--with-notes');
    expect([asked.exit, existsSync(other)]).toEqual([1, false]);
    expect(asked.err).toContain('last message of a relay: Anna closed it, pw [removed]');
    const agreed = await packs('-o', other, '--with-notes', '--yes');
    expect([agreed.exit, agreed.err]).toEqual([0, expect.stringContaining('Free text: 1 included, 0 left out.')]);
    expect(readFileSync(other, 'utf8')).toContain('Anna closed it, pw [removed]');
  });

  it('says in one line what is wrong, and leaves no file', async () => {
    const file = join(data.dir, 'pack.json');
    for (const [more, exit, words] of [
      [['--session', 'sess_none'], 1, 'no session "sess_none"'],
      [['--sample', '61'], 2, 'from 0 to 60'],
      [['--token', 'nonsense'], 1, 'This is not a token'],
      [['--server', `http://127.0.0.1:${await freePort()}`], 1, 'does not answer'],
    ] as const) {
      const failed = await packs('-o', file, ...more);
      expect([more, failed.exit]).toEqual([more, exit]);
      expect(failed.err.trim().split('\n').at(-1)).toContain(words);
      expect(readdirSync(data.dir)).not.toContain('pack.json');
    }
  });
});
