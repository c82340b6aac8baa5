import type { SupportPack } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { CANARY_KINDS, type Canary, canary, findings, letters } from '../../testing/canaries.js';
import { postgresql, WITHOUT_POSTGRESQL } from '../../testing/databases.js';
import { type FailingPostgresql, failingPostgresql, turningPostgresql } from '../../testing/failing-postgresql.js';
import { batch, frame, sessionLine } from '../../testing/race.js';
import { serverForEachTest, TEST_SECRET } from '../../testing/running-server.js';

/**
 * Secrets, addresses and ids are planted in every place where text can come into a real server; then its pack is searched
 * for each of them, and for any eight characters of it, as it is and encoded.
 */

const { token, socket, hello, restart, url, post, signInCode } = serverForEachTest({
  OPS_UI_ENABLED: '1',
  DIAGNOSTICS_ENABLED: '1',
});
const VARIABLES = { CANARY_API_TOKEN: letters(40), CANARY_PASSWORD: letters(20) };
const password = letters(24);
const planted: Canary[] = [];
let database: FailingPostgresql;

/** One of each kind, in one text. */
function all(where: string): string {
  const kinds = CANARY_KINDS.map((kind) => canary(kind, `${where} (${kind})`));
  planted.push(...kinds);
  return kinds.map(({ text }) => text).join(' ');
}
/** One that fits where little does: a name of letters and digits, which no rule could tell by its looks. */
function id(where: string, count = 24): string {
  const text = letters(count);
  planted.push({ where, text, secret: text });
  return text;
}
/** Free text of at most `longest` characters, with as many kinds as fit. */
function some(where: string, longest: number): string {
  let text = 'said';
  for (const kind of CANARY_KINDS) {
    const made = canary(kind, `${where} (${kind})`);
    if (text.length + 1 + made.text.length > longest) continue;
    text += ` ${made.text}`;
    planted.push(made);
  }
  return text;
}

beforeEach(async () => {
  Object.assign(process.env, VARIABLES);
  database = await failingPostgresql(all('database error'), all('database detail'));
  await restart(() => undefined, {
    DATABASE_URL: `postgresql://okboxbox:${password}@127.0.0.1:${database.port}/races?application_name=${id('database query')}`,
  });
});
afterEach(async () => {
  for (const name of Object.keys(VARIABLES)) delete process.env[name];
  planted.length = 0;
  await database.close();
});

/** A relay that says what it likes in each of its fields. */
async function plantRelay(): Promise<{ sessionId: string; relayId: string; bye: () => void }> {
  const show = id('show', 30).toLowerCase();
  planted.push({ where: 'show', text: show, secret: show });
  const relayId = id('relay id');
  const made = socket('/relay', { token: await token('relay', { sub: id('relay user'), shows: ['local', show] }) });
  const welcome = await made.emitWithAck('relay:hello', {
    ...hello,
    relayId,
    show,
    run: id('relay run'),
    version: id('relay version'),
    source: `ibt:/home/${id('home')}/x.ibt`,
    sim: id('sim'),
    simSessionKey: id('sim session key'),
  });
  expect(welcome).toMatchObject({ ok: true });
  const now = Date.now();
  const line = sessionLine({
    capturedAt: now,
    track: {
      id: id('track id'),
      name: some('track name', 100),
      config: some('track config', 100),
      lengthM: 4_000,
      sectorStarts: [0, 0.5],
    },
    classes: [{ id: 'a', name: some('class name', 100), color: '#ff5888' }],
    entries: [0, 1, 2].map((car) => ({
      car,
      carNumber: letters(6),
      teamName: some('team name', 100),
      driver: { id: id('driver id'), name: some('driver name', 100) },
      classId: 'a',
      pace: false,
    })),
  });
  const records = [line, ...[0, 1, 2, 3].map((n) => frame(n, { capturedAt: now }))];
  const message = {
    kind: 'message',
    capturedAt: now,
    sessionTime: 101,
    car: 1,
    what: 'penalty',
    text: some('steward', 300),
  };
  const sent = await made.emitWithAck('relay:frames', Buffer.from(batch([...records, message as never], 1)));
  expect(sent).toMatchObject({ ok: true });
  made.emit('relay:status', {
    version: id('status version'),
    source: some('status source', 500),
    simState: id('sim state'),
    rateHz: 10,
    maxHz: null,
    queue: { records: 0, bytes: 0, oldestMs: 0, lost: 0, [id('status field')]: id('x') },
    cars: null,
    cpu: 0.1,
    memoryBytes: 1,
    wallStepMs: 0,
    [id('unknown field')]: all('unknown field'),
  });
  // Bytes that are no batch, and words where bytes are due: what is wrong with them is told.
  await made.emitWithAck('relay:frames', Buffer.from(all('bytes that are no batch')));
  await made
    .timeout(500)
    .emitWithAck('relay:frames', all('words for bytes'))
    .catch(() => undefined);
  const bye = () => {
    made.emit('relay:bye', { reason: 'failed', message: some('goodbye', 500) });
    made.disconnect();
  };
  return { sessionId: welcome.sessionId, relayId, bye };
}

async function plantCallers(sessionId: string): Promise<void> {
  const refused = [
    { token: canaryOf('jwt', 'wrong token') },
    { token: `${canaryOf('jwt', 'token with more')}${all('behind a token')}` },
    { clientKind: all('client kind'), surface: 'x' },
    { link: id('link that is none') },
  ];
  for (const auth of refused) {
    const made = socket('/', auth);
    await new Promise((resolve) => made.once('connect_error', resolve));
  }
  const user = canaryOf('email', 'user by address');
  for (const sub of [id('user'), user, `auth0|${id('user of a provider')}`, some('user in words', 200)]) {
    const bearer = await token('team', { sub, email: canaryOf('email', 'address in a token') });
    const made = socket('/', { token: bearer, clientKind: 'dashboard', surface: some('surface', 100) });
    planted.push({ where: 'token in a handshake', text: bearer, secret: bearer.split('.')[2] ?? '' });
    await made.emitWithAck('session:join', { sessionId, audience: 'live' });
    await made.emitWithAck('session:join', { sessionId: id('session that is none'), audience: 'live' });
    await made.emitWithAck('session:join', { sessionId, audience: all('audience') });
    await made.emitWithAck('overlay:report', {
      name: id('output'),
      version: id('output version'),
      frameAgeMs: 1,
      lastError: some('output error', 300),
    });
  }
  const headers = {
    cookie: `session=${id('cookie')}`,
    'x-api-key': id('header'),
    'user-agent': `agent ${id('agent')}`,
    referer: `https://example.com/?code=${id('referer')}`,
  };
  const query = encodeURIComponent(all('query'));
  for (const path of [
    `/api/ops/events?type=${query}`,
    `/api/ops/sockets?cursor=${query}`,
    `/api/sessions/${id('path')}/timing`,
    `/api/none/${id('unknown path')}?token=${id('query of an unknown path')}`,
    `/l/${id('share link that is none')}`,
  ]) {
    await fetch(`${url()}${path}`, { headers: { ...headers, authorization: `Bearer ${await token('ops')}` } });
    await fetch(`${url()}${path}`, {
      headers: { ...headers, authorization: `Bearer ${canaryOf('jwt', 'HTTP token')}` },
    });
    await fetch(`${url()}${path}`, { headers: { ...headers, authorization: `Basic ${btoa(id('basic auth'))}` } });
  }
  for (const path of ['/api/sign-in', '/api/tokens/revoke', '/api/ops/support-pack']) {
    await post(path, { code: id('sign-in code'), jti: all('jti'), sampleSec: all('pack') }, await token('admin'));
  }
}

async function plantDirector(): Promise<void> {
  const made = socket('/', { token: await token('director', { sub: id('director') }), clientKind: 'director' });
  await made.emitWithAck('director:join', { show: 'local' });
  const link = await made.emitWithAck('link:create', { show: 'local', kind: 'overlay', label: some('link label', 60) });
  expect(link).toMatchObject({ ok: true });
  const code = JSON.stringify(link).match(/"code":"([\w-]+)"/)?.[1] ?? '';
  planted.push({ where: 'share link', text: code, secret: code });
  const viewer = socket('/', { link: code, clientKind: 'overlay', surface: 'timing-tower' });
  await viewer.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
  await made.emitWithAck('broadcast:cue', { show: 'local', set: { message: { text: some('cue', 120) } } });
  await made.emitWithAck('broadcast:delay:set', { show: 'local', delayMs: all('delay') });
}

function canaryOf(kind: Canary['where'] & (typeof CANARY_KINDS)[number], where: string): string {
  const made = canary(kind, where);
  planted.push(made);
  return made.text;
}

describe('the bytes of a support pack', () => {
  it('hold nothing of what was planted wherever text can come into a server, in any form', async () => {
    const code = signInCode() ?? '';
    planted.push({ where: 'sign-in code', text: code, secret: code });
    planted.push({
      where: 'secret that tokens are signed with',
      text: TEST_SECRET,
      secret: '',
    });
    planted.push({ where: 'password of the database', text: password, secret: password });
    for (const [where, secret] of Object.entries(VARIABLES)) planted.push({ where, text: secret, secret });
    const { sessionId, relayId, bye } = await plantRelay();
    planted.push({ where: 'session id', text: sessionId, secret: sessionId.slice('sess_'.length) });
    await plantCallers(sessionId);
    await plantDirector();
    const admin = await token('admin', { sub: id('administrator') });
    await post(`/api/ops/relays/${relayId}/pause`, { paused: true, because: some('why it is paused', 200) }, admin);
    await eventually(() => expect(database.refused()).toBeGreaterThan(2));
    const exception: NodeJS.EventEmitter = process;
    exception.emit('uncaughtExceptionMonitor', new Error(some('exception', 900)), 'uncaughtException');
    const asker = await token('ops', { sub: id('asker') });
    const request = async (body: object) => {
      const answer = await fetch(`${url()}/api/ops/support-pack`, {
        method: 'POST',
        headers: { authorization: `Bearer ${asker}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const first = await request({ includeConfig: true, sampleSec: 1 });
    bye();
    await eventually(async () => {
      expect(await request({ without: ['events'] })).toContain('"everSeen":1');
    });
    const second = await request({ includeConfig: true, sessionId });
    const third = await request({ includeFreeText: true });

    expect(JSON.stringify((JSON.parse(first) as SupportPack).sections.sessions)).toContain(
      '"pausedBecause":"[free text left out]"',
    );
    expect(JSON.stringify((JSON.parse(third) as SupportPack).sections.snapshot)).toContain('"message":"said [token]');
    for (const text of [first, second, third]) {
      const found = planted.flatMap((each) => findings(each, text).map((how) => `${each.where}: ${how}`));
      expect(found).toEqual([]);
      const { manifest } = JSON.parse(text) as SupportPack;
      // Nothing was kept back: it is the redaction that holds, and not the last scan alone.
      expect(manifest.sections.filter(({ status }) => status !== 'success' && status !== 'skipped')).toEqual([]);
      expect(manifest.redaction.secretsSearched).toBeGreaterThan(5);
      // What was planted did come this far: what is not there cannot be found.
      const { redacted } = manifest.sections.find(({ name }) => name === 'events') ?? {};
      expect(redacted).toMatchObject({ id_user: expect.any(Number), id_relay: expect.any(Number) });
      expect(redacted?.removed_earlier).toBeGreaterThan(3);
    }
    expect(planted.length).toBeGreaterThan(200);
  }, 180_000);

  it.skipIf(WITHOUT_POSTGRESQL)(
    'hold nothing of what a database says of a statement that failed',
    async () => {
      const real = await postgresql();
      if (real.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
      const at = new URL(real.place.url);
      const turning = await turningPostgresql(at.hostname, Number(at.port || 5432));
      onTestFinished(async () => {
        await turning.close();
        await real.drop();
      });
      at.host = `127.0.0.1:${turning.port}`;
      at.password = password;
      await restart(() => undefined, { DATABASE_URL: at.href });
      const ops = await token('ops');
      const ask = async (path: string, init: RequestInit = {}) =>
        (await fetch(`${url()}${path}`, { ...init, headers: { authorization: `Bearer ${ops}` } })).text();
      await eventually(async () => expect(await ask('/api/ops/summary')).toContain('"state":"ok"'));
      turning.fail(some('database error', 900), all('database detail'));
      await eventually(async () => {
        await ask('/api/ops/audit');
        expect(await ask('/api/ops/events?type=error')).toContain('db_error');
      });
      const text = await ask('/api/ops/support-pack', { method: 'POST' });
      const told = (JSON.parse(text) as { sections: { events: { events: { event: string; message?: string }[] } } })
        .sections;
      expect(told.events.events.find(({ event }) => event === 'db_error')?.message).toMatch(/^said \[token\]/);
      const found = planted.flatMap((each) => findings(each, text).map((how) => `${each.where}: ${how}`));
      expect(found).toEqual([]);
    },
    180_000,
  );
});
