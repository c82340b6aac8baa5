import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { SENT_EVENTS } from '../sockets/sent-events.js';
import { race } from '../testing/race.js';
import { SOCKET_CALLS as CALLS_OF_TABLE, EVENTS_OF_THEIR_OWN } from '../testing/rights-table.js';
import { serverForEachTest } from '../testing/running-server.js';
import { asyncApi } from './asyncapi.js';
import { SOCKET_CALLS } from './calls.js';

const server = serverForEachTest({ DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Document {
  readonly channels: Readonly<
    Record<string, { readonly messages: Readonly<Record<string, { readonly payload: object }>> }>
  >;
  readonly components: { readonly schemas: object };
}
const document = JSON.parse(JSON.stringify(asyncApi())) as Document;

/** What is wrong with a message by the document; empty where nothing is. */
function problemsOf(channel: string, message: string, body: unknown): unknown[] {
  const payload = document.channels[channel]?.messages[message]?.payload;
  if (payload === undefined) return [`${channel} has no message ${message}`];
  const check = new Ajv({ strict: false, allErrors: true }).compile({ ...payload, components: document.components });
  return check(body) ? [] : (check.errors ?? []);
}

/** Events that the server's code sends, by how it sends them. */
function sentInCode(): Set<string> {
  const folder = join(root, 'apps/server/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|contract|generated)\.ts$|testing\//.test(file),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const sends =
    /(?:\bsocket|Socket)\s*(?:\.timeout\(\w+\)\s*)?\.emit(?:WithAck)?\(\s*'([^']+)'|ublish\([\w.]+, [\w']+, '([^']+)'/g;
  return new Set(
    texts.flatMap((text) => [...text.matchAll(sends)].map(([, emitted, published]) => emitted ?? published ?? '')),
  );
}

describe('docs/asyncapi.json', () => {
  it('is what the declarations say: else run "npm run generate"', () => {
    expect(readFileSync(join(root, 'docs/asyncapi.json'), 'utf8')).toBe(`${JSON.stringify(asyncApi(), null, 2)}\n`);
  });

  it('is a valid AsyncAPI 3.0 document', () => {
    const check = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false }).compile(
      specs.schemas['3.0.0'] as object,
    );
    expect([check(document), check.errors]).toEqual([true, null]);
    expect(check({ ...document, channels: 'none' })).toBe(false);
  });

  it('has every call of viewers and directors in the rights table with the same right, and no other', () => {
    const ofTable = new Set([...CALLS_OF_TABLE.map(({ event }) => event), ...EVENTS_OF_THEIR_OWN]);
    expect(new Set(SOCKET_CALLS.viewers.map(({ event }) => event))).toEqual(ofTable);
    for (const { event, right } of SOCKET_CALLS.viewers) {
      const needs = CALLS_OF_TABLE.filter((call) => call.event === event).map((call) => call.needs);
      const named = needs.flatMap((need) => ('capability' in need ? [need.capability] : []));
      expect([event, right]).toEqual([event, named[0] ?? null]);
    }
  });

  it('has every event that the server sends, and no other', () => {
    const declared = Object.values(SENT_EVENTS).flatMap((events) => events.map(({ event }) => event));
    expect([...new Set(declared)].sort()).toEqual([...sentInCode()].sort());
  });

  it('is served as it is committed, to everyone', async () => {
    expect(await server.get('/api/asyncapi.json')).toMatchObject({ status: 200, body: document });
  });
});

describe('real messages are as the document says', () => {
  it('of a relay: welcome, receipt, refusal, goodbye', async () => {
    const { relay } = await server.relay();
    const send = async (event: string, payload?: unknown) =>
      problemsOf('relays', `${event.replaceAll(':', '.')}.answer`, await relay.emitWithAck(event, payload));
    expect(await send('relay:hello', server.hello)).toEqual([]);
    expect(await send('relay:lost', { from: 1, to: 1, reason: 'spool_full' })).toEqual([]);
    expect(await send('relay:frames', 'not binary')).toEqual([]);
    expect(await send('relay:echo', {})).toEqual([]);
    expect(await send('relay:bye', { reason: 'stopped' })).toEqual([]);
    expect(problemsOf('relays', 'relay.hello.answer', { ok: true })).not.toEqual([]);
  });

  it('of viewers and directors: joins in both formats, the feed, the desk, refusals', async () => {
    const feeding = await server.relay();
    await feeding.send(race(60), 1);
    const director = server.socket('/', { token: await server.token('director') });
    const heard: [event: string, message: unknown][] = [];
    director.onAny((event, message) => heard.push([event, message]));
    const call = async (event: string, payload: object) => {
      const answer = await director.emitWithAck(event, { show: 'local', ...payload });
      return { ok: answer.ok, problems: problemsOf('viewers', `${event.replaceAll(':', '.')}.answer`, answer) };
    };
    const granted = { ok: true, problems: [] };
    for (const format of ['json', 'rows']) {
      expect(await call('session:join', { audience: 'live', format })).toEqual(granted);
    }
    expect(await call('director:join', {})).toEqual(granted);
    expect(await call('broadcast:delay:get', {})).toEqual(granted);
    expect(await call('broadcast:delay:set', { delayMs: 1_000 })).toEqual(granted);
    expect(await call('broadcast:publish', { published: true })).toEqual(granted);
    expect(await call('broadcast:moments', {})).toEqual(granted);
    expect(await call('broadcast:cue', { set: { tower: {} } })).toEqual(granted);
    expect(await call('link:create', { kind: 'public' })).toEqual(granted);
    expect(await call('link:revoke', { code: 'none' })).toEqual({ ok: false, problems: [] });
    expect(await call('broadcast:delay:set', { delayMs: -1 })).toEqual({ ok: false, problems: [] });
    await feeding.send(race(80).slice(60), 61);
    await eventually(() => expect(new Set(heard.map(([event]) => event))).toContain('feed'));
    await eventually(() => expect(new Set(heard.map(([event]) => event))).toContain('desk'));
    for (const [event, message] of heard) {
      expect([event, problemsOf('viewers', event.replaceAll(':', '.'), message)]).toEqual([event, []]);
    }
  });
});
