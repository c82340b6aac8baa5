import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingsAnswer, OpsSummary } from '@okboxbox/protocol';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/eventually.js';
import { race } from './testing/race.js';
import { serverForEachTest } from './testing/running-server.js';

// No database is there: starts are quick.
const { restart, relay, socket, token, get, post, dataDir, warnings } = serverForEachTest({
  DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none',
  OPS_UI_ENABLED: '1',
});

/** Keeps a file from being written, as a full disk does; returns the way to let it be written. */
function refuse(file: string): () => void {
  const place = join(dataDir(), `${file}.new`);
  mkdirSync(place, { recursive: true });
  return () => rmdirSync(place);
}

const onDisk = (file: string) => {
  const path = join(dataDir(), file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

const finding = async () => {
  const { findings } = (await get<FindingsAnswer>('/api/ops/findings', await token('ops'))).body;
  return findings.find(({ code }) => code === 'SETTINGS_NOT_STORED');
};

const NOT_STORED = { stored: false, storeError: expect.stringMatching(/in force and could not be stored/) };

/** A director's call on the show "local". */
async function direct(event: string, input: object): Promise<Record<string, unknown>> {
  const director = socket('/', { token: await token('director'), clientKind: 'director' });
  const answer = await director.emitWithAck(event, { show: 'local', ...input });
  director.disconnect();
  return answer;
}

describe('a token that is revoked while the disk takes nothing', () => {
  it('is refused at once, said not to be stored, found, and stored as soon as the disk takes it', async () => {
    const bearer = await token('team');
    const { jti } = decodeJwt(bearer);
    const takes = refuse('revoked-tokens.json');
    const answer = await post('/api/tokens/revoke', { jti }, await token('admin'));
    expect(answer).toMatchObject({ status: 200, body: { jti, revoked: true, ...NOT_STORED } });
    expect((await get('/api/sessions', bearer)).status).toBe(401);
    const found = await eventually(async () => {
      const there = await finding();
      expect(there).toBeDefined();
      return there;
    });
    expect(found).toMatchObject({ severity: 'warning', summary: expect.stringContaining('revoked tokens') });
    const summary = (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body;
    expect(summary.because.join()).toContain('A restart now would lose it');
    // A second one meanwhile is stored with the first.
    await post('/api/tokens/revoke', { jti: 'another' }, await token('admin'));
    takes();
    await eventually(() => expect(onDisk('revoked-tokens.json')).toContain('another'));
    expect(onDisk('revoked-tokens.json')).toContain(jti);
    await eventually(async () => expect(await finding()).toBeUndefined());
    await restart();
    expect((await get('/api/sessions', bearer)).status).toBe(401);
    expect(await post('/api/tokens/revoke', { jti: 'a third' }, await token('admin'))).toMatchObject({
      body: { revoked: true, stored: true },
    });
  });

  it('is stored by the last try of a server that stops', async () => {
    const takes = refuse('revoked-tokens.json');
    await post('/api/tokens/revoke', { jti: 'lost-laptop' }, await token('admin'));
    takes();
    await restart();
    expect(onDisk('revoked-tokens.json')).toContain('lost-laptop');
  });

  it('is logged by a server that stops before it is stored', async () => {
    const takes = refuse('revoked-tokens.json');
    await post('/api/tokens/revoke', { jti: 'lost-laptop' }, await token('admin'));
    await restart(takes);
    expect(onDisk('revoked-tokens.json')).toBe('');
    expect(warnings().join('')).toMatch(/the next start will not know it/);
  });
});

describe('a show that is not on air, while the disk takes nothing', () => {
  it('has its higher delay, its end of publishing and its revoked link in force, and on the disk as soon as it takes them', async () => {
    await direct('broadcast:publish', { published: true });
    const { link } = (await direct('link:create', { kind: 'public', label: 'to be revoked' })) as {
      link: { code: string };
    };
    const takes = refuse('shows/local.json');
    const before = onDisk('shows/local.json');
    for (const [event, input] of [
      ['broadcast:delay:set', { delayMs: 30_000 }],
      ['link:revoke', { code: link.code }],
      ['broadcast:pause', {}],
      ['broadcast:publish', { published: false }],
    ] as const) {
      expect([event, await direct(event, input)]).toEqual([
        event,
        expect.objectContaining({ ok: true, ...NOT_STORED }),
      ]);
    }
    // What lets more out is refused.
    for (const [event, input] of [
      ['broadcast:delay:set', { delayMs: 1_000 }],
      ['broadcast:publish', { published: true }],
      ['broadcast:resume', {}],
      ['link:create', { kind: 'public', label: 'another' }],
    ] as const) {
      const answer = await direct(event, input);
      expect([event, answer.ok, JSON.stringify(answer.error)]).toEqual([
        event,
        false,
        expect.stringMatching(/not in force/),
      ]);
    }
    expect(onDisk('shows/local.json')).toBe(before);
    await eventually(async () => expect((await finding())?.summary).toContain('the show "local"'));
    // A desk that is opened later says so as well, for as long as it is so.
    expect(await direct('director:join', {})).toMatchObject({ desk: { notStoredBecause: expect.any(String) } });
    takes();
    await eventually(() => expect(JSON.parse(onDisk('shows/local.json'))).toMatchObject({ delayMs: 30_000 }));
    await eventually(async () =>
      expect(await direct('director:join', {})).toMatchObject({ desk: { notStoredBecause: null } }),
    );
    expect(JSON.parse(onDisk('shows/local.json'))).toMatchObject({
      published: false,
      playhead: { moves: 'paused' },
      links: [{ code: link.code, revokedAt: expect.any(Number) }],
    });
    await restart();
    const rig = await relay();
    await rig.send(race(3), 1);
    const { sessions } = (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body.broadcastDelay;
    expect(sessions).toMatchObject([{ show: 'local', published: false, delayMs: 30_000 }]);
    expect(await direct('broadcast:delay:set', { delayMs: 60_000 })).toMatchObject({ ok: true, stored: true });
  });
});
