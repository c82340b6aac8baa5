import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DETECTORS, Detectors } from '@okboxbox/findings';
import type {
  Finding,
  FindingsAnswer,
  OpsSnapshot,
  OpsSummary,
  PackFreeTextAnswer,
  PackManifest,
  PackRequest,
  Problem,
  SupportPack,
  Trace,
  TraceStarted,
} from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { frame, race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { token, relay, socket, viewer, url, restart, dataDir } = serverForEachTest({ OPS_UI_ENABLED: '1' });

const fresh = (frames: number) => race(frames).map((record) => ({ ...record, capturedAt: Date.now() }));

async function post(body: unknown = {}, bearer?: string | null, path = ''): Promise<Response> {
  const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer ?? (await token('ops'))}` };
  return fetch(`${url()}/api/ops/support-pack${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  });
}
async function pack(request: PackRequest = {}): Promise<{ text: string; pack: SupportPack; answer: Response }> {
  const answer = await post(request);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return { text, pack: JSON.parse(text) as SupportPack, answer };
}
const reportOf = (manifest: PackManifest, name: string) => manifest.sections.find((each) => each.name === name);
const files = () => readdirSync(dataDir()).filter((name) => name.startsWith('support-pack'));

/** What the tests of one session's pack read. */
interface Scoped {
  readonly sessions: { readonly sessions: readonly unknown[] };
  readonly parity: { readonly sessions: readonly unknown[] };
  readonly sockets: {
    readonly sockets: readonly { readonly socketId: string; readonly joinedRooms: readonly string[] }[];
  };
  readonly events: { readonly events: readonly { readonly event: string }[] };
  readonly ids: { readonly ids: readonly { readonly kind: string }[] };
}

/** Two sessions, each with a relay and a viewer. */
async function busy(): Promise<{ one: string; other: string }> {
  const first = await relay({ relayId: 'rig-of-ann', run: 'run-abcdef' });
  await first.send(fresh(5), 1);
  const second = await relay({ relayId: 'rig-of-bob', run: 'run-fedcba', simSessionKey: '88:0' });
  await second.send(fresh(5), 1);
  await viewer({ sessionId: first.sessionId, audience: 'live' }, await token('team', { sub: 'alice-the-engineer' }));
  await viewer({ sessionId: second.sessionId, audience: 'live' }, await token('team', { sub: 'bert-the-engineer' }));
  return { one: first.sessionId, other: second.sessionId };
}

describe('a support pack', () => {
  it('is one document with its manifest first, and of parts as large and as hashed as it says', async () => {
    await busy();
    const { text, pack: read, answer } = await pack({ includeConfig: true });
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="okboxbox-support-pack-[\dTZ-]+\.json"$/,
    );
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(text));
    expect(text.startsWith('{"manifest":{"kind":"okboxbox-support-pack"')).toBe(true);
    const { manifest, sections } = read;
    for (const { name, status, sha256, bytes } of manifest.sections) {
      if (status !== 'success') {
        expect([name, status, sha256, bytes, sections[name]]).toEqual([name, 'skipped', null, 0, undefined]);
        continue;
      }
      const json = JSON.stringify(sections[name]);
      expect(text).toContain(json);
      expect([name, bytes]).toEqual([name, Buffer.byteLength(json)]);
      expect([name, sha256]).toEqual([name, createHash('sha256').update(json).digest('hex')]);
    }
    expect(sections).toMatchObject({
      summary: { sessions: { active: 2 } },
      sessions: { sessions: [{ framesTotal: 5 }, { framesTotal: 5 }] },
      parity: { sessions: [{ framesTotal: 5 }, { framesTotal: 5 }] },
      config: { database: 'embedded', secrets: [{ name: 'JWT_SECRET', isSet: true }, {}, {}] },
    });
    // Of a machine that is busy with something else that is said.
    const { status, because } = sections.summary as OpsSummary;
    expect(because.length === 0).toBe(status === 'ok');
    const [from, to] = [manifest.window.from, manifest.window.to];
    expect(from).toBeLessThan(manifest.createdAt);
    expect(to).toBeGreaterThanOrEqual(manifest.createdAt);
  });

  it('holds what somebody typed where it was chosen, quotes nothing else in its findings, and lists it before', async () => {
    await busy();
    const admin = await token('admin', { sub: 'anna' });
    const pause = async (relayId: string, because: string) =>
      fetch(`${url()}/api/ops/relays/${relayId}/pause`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
        body: JSON.stringify({ paused: true, because }),
      });
    await pause('rig-of-ann', 'Erika Mustermann rings 0170 1234567');
    await pause('rig-of-bob', 'wet track');
    const quotes = (made: SupportPack) => JSON.stringify(made.sections.findings);
    const first = await eventually(async () => {
      const made = await pack();
      expect(made.pack.manifest.freeText).toEqual({ included: 0, leftOut: 2 });
      expect(quotes(made.pack)).toContain('[free text left out]');
      return made;
    });
    expect(first.text).not.toMatch(/Erika|0170|wet track/);
    const listed = (await (await post({}, undefined, '/free-text')).json()) as PackFreeTextAnswer;
    const wet = listed.texts.find(({ text }) => text === 'wet track');
    expect(listed.texts.map(({ text }) => text).sort()).toEqual(['Erika Mustermann rings [telephone]', 'wet track']);
    expect(wet?.from).toContain('reason of a pause');
    const second = await pack({ includeFreeText: [wet?.key ?? ''] });
    expect(second.pack.manifest.freeText).toEqual({ included: 1, leftOut: 1 });
    expect(quotes(second.pack)).toContain('wet track');
    expect(second.text).not.toMatch(/Erika|0170/);
  });

  it('is not changed by what strangers call themselves, and hides who is known, however many come', async () => {
    await busy();
    await viewer({ sessionId: 'none', audience: 'live' }, await token('team', { sub: 'John Smith' }));
    await post({}, 'no token');
    await post({}, await token('team'));
    const words = ['forbidden', 'unauthenticated', 'auth_fail', 'http', 'Users', 'password', 'docs/runbook.md'];
    const strangers = [...words, ...Array.from({ length: 60 }, (_, n) => `www ${n}`)];
    for (const surface of strangers) {
      const made = socket('/', { clientKind: 'overlay', surface });
      await new Promise<void>((connected) => made.once('connect', () => connected()));
    }
    const admin = await token('admin', { sub: 'Anna-Kowalska' });
    const path = '/api/ops/relays/rig-of-ann/pause';
    const because = 'Anna-Kowalska asked John Smith, password=hunter2 in /Users/alice/x';
    await fetch(`${url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
      body: JSON.stringify({ paused: true, because }),
    });
    const read = await eventually(async () => {
      const made = await pack({ includeFreeText: true });
      const audit = (made.pack.sections.snapshot as { audit: { action: string }[] }).audit;
      expect(audit.map(({ action }) => action)).toContain('relay.pause');
      return made;
    });
    expect(read.text).not.toMatch(/Kowalska|John Smith|hunter2|alice/);
    expect(read.text).toMatch(/"pausedBecause":"user_[0-9a-f]{8} asked user_[0-9a-f]{8}, password \[removed\]"/);
    const events = (read.pack.sections.events as { events: { event: string; code?: string }[] }).events;
    expect(events.filter(({ event }) => event === 'auth_fail').map(({ code }) => code)).toEqual(
      expect.arrayContaining(['forbidden']),
    );
    const again = new Detectors(DETECTORS).look(read.pack.sections.snapshot as OpsSnapshot);
    const codes = (findings: readonly Finding[]) => findings.map(({ code, cause }) => `${code}/${cause}`).sort();
    expect(codes(again.findings)).toEqual(codes((read.pack.sections.findings as FindingsAnswer).findings));
  });

  it('calls the same id by the same pseudonym in all parts and texts, and by another one in the next pack', async () => {
    const { one } = await busy();
    const first = await pack({ sessionId: one });
    const second = await pack({ sessionId: one });
    const { sessionId } = first.pack.manifest;
    expect(sessionId).toMatch(/^sess_[0-9a-f]{8}$/);
    expect(sessionId).not.toBe(second.pack.manifest.sessionId);
    const events = (first.pack.sections.events as { events: { event: string; room?: string }[] }).events;
    expect(events.find(({ event }) => event === 'join')?.room).toBe(`session:${sessionId}`);
    expect(first.pack.sections.parity).toMatchObject({ sessions: [{ sessionId }] });
    const { ids } = first.pack.sections.ids as { ids: { id: string; kind: string; truncated: string }[] };
    expect(ids.find(({ id }) => id === sessionId)).toEqual({
      id: sessionId,
      kind: 'sess',
      truncated: `${one.slice(0, 9)}…`,
    });
    expect(ids.filter(({ kind }) => kind === 'user').map(({ truncated }) => truncated)).toContain('alic…');
    for (const { text } of [first, second]) {
      for (const id of [one, 'alice', 'rig-of-ann', 'run-abcdef']) expect(text).not.toContain(id);
    }
  });

  it('carries findings, and what they were made of: made again of the pack they are the same', async () => {
    const { relay: rig, send } = await relay({ relayId: 'rig-of-ann' });
    await send(fresh(5), 1);
    await relay({ relayId: 'rig-of-bob', simSessionKey: '88:0' });
    await viewer({ show: 'local', audience: 'live' }, await token('team', { sub: 'alice-the-engineer' }));
    rig.emit('relay:bye', { reason: 'quit', message: 'closed by alice-the-engineer' });
    rig.disconnect();
    const read = await eventually(async () => {
      const { pack: found } = await pack();
      expect((found.sections.findings as FindingsAnswer).findings).not.toEqual([]);
      return found;
    });
    const { findings } = read.sections.findings as FindingsAnswer;
    const again = new Detectors(DETECTORS).look(read.sections.snapshot as OpsSnapshot).findings;
    const what = ({ code, cause, scope, severity, since }: Finding) => ({ code, cause, scope, severity, since });
    expect(again.map(what)).toEqual(findings.map(what));
    expect(JSON.stringify(findings)).not.toContain('rig-of-ann');
  });

  it('has who did what lately: the pack before it, among other acts', async () => {
    await pack();
    await eventually(async () => {
      const { snapshot } = (await pack()).pack.sections as { snapshot: OpsSnapshot };
      expect(snapshot.audit.map(({ action }) => action)).toContain('support_pack.made');
    });
  });

  it('has the trace that was asked for, its frames’ recipients by the names that they have elsewhere', async () => {
    const { sessionId, send } = await relay();
    await send(fresh(1), 1);
    await viewer({ sessionId, audience: 'live' });
    const started = await fetch(`${url()}/api/ops/trace/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token('ops')}` },
      body: JSON.stringify({ sessionId, durationSec: 60, probe: true }),
    });
    const { traceId } = (await started.json()) as TraceStarted;
    await send([{ ...frame(1), capturedAt: Date.now() }], 3);
    const read = await eventually(async () => {
      const { pack: found, text } = await pack({ traceId });
      const trace = found.sections.trace as Trace;
      expect(trace.events.filter(({ stage }) => stage === 'write')).not.toEqual([]);
      expect(trace.deliveries).not.toEqual([]);
      expect(text).not.toContain(traceId.slice(6));
      return found;
    });
    const trace = read.sections.trace as Trace;
    expect(trace.traceId).toBe(read.manifest.traceId);
    const sockets = (read.sections as unknown as Scoped).sockets.sockets;
    const known = sockets.map(({ socketId }) => socketId);
    for (const { of, stage } of trace.events) if (stage === 'write') expect(known).toContain(of);
    for (const { socketId } of trace.deliveries.flatMap(({ recipients }) => recipients))
      expect(known).toContain(socketId);
    expect(read.manifest.sections.filter(({ droppedFields }) => droppedFields > 0)).toEqual([]);
  });

  it('of a session holds that one and what is of none', async () => {
    const { one } = await busy();
    const { pack: read } = await pack({ sessionId: one });
    const { sessions, sockets, events, ids, parity } = read.sections as Scoped;
    expect(sessions.sessions).toHaveLength(1);
    expect(parity.sessions).toHaveLength(1);
    const rooms = sockets.sockets.flatMap(({ joinedRooms }) => joinedRooms);
    expect(rooms).toEqual([`session:${read.manifest.sessionId}`]);
    expect(ids.ids.filter(({ kind }) => kind === 'sess')).toHaveLength(1);
    expect(events.events.filter(({ event }) => event === 'created')).toHaveLength(1);
  });

  it('has samples of the time that was asked for, and leaves out what was asked to be', async () => {
    const { pack: read } = await pack({ sampleSec: 1, without: ['sockets', 'events'] });
    expect(read.sections.sockets).toBeUndefined();
    expect(reportOf(read.manifest, 'events')).toMatchObject({
      status: 'skipped',
      because: expect.stringMatching('Left out by request'),
    });
    expect((read.sections.samples as { samples: unknown[] }).samples.length).toBeGreaterThanOrEqual(2);
  });

  it('leaves no file behind, and takes away what a killed server has left', async () => {
    const kept = 'support-packs-of-last-year';
    await pack();
    expect(files()).toEqual([]);
    await restart(() => {
      writeFileSync(join(dataDir(), `support-pack-${'ab'.repeat(12)}.tmp`), 'left');
      mkdirSync(join(dataDir(), kept));
    });
    expect(files()).toEqual([kept]);
  });
});

describe('the call for a support pack', () => {
  it('is not there where operations are off', async () => {
    await restart(() => undefined, { OPS_UI_ENABLED: '0' });
    for (const path of ['', '/preview']) expect((await post({}, undefined, path)).status).toBe(404);
  });

  it('answers callers with ops:read, and nobody else', async () => {
    for (const path of ['', '/preview']) {
      expect((await post({}, null, path)).status).toBe(401);
      expect((await post({}, 'nonsense', path)).status).toBe(401);
      const refused = await post({}, await token('director'), path);
      expect([refused.status, ((await refused.json()) as Problem).capability]).toEqual([403, 'ops:read']);
      const answer = await post({}, await token('admin'), path);
      expect([answer.status, ((await answer.json()) as object) !== null]).toEqual([200, true]);
    }
  });

  it('refuses what it cannot use, and knows no session or trace that is not there', async () => {
    for (const body of [{ sampleSec: 61 }, { sampleSec: 0.5 }, { without: ['all'] }, { session: 'x' }, [], 'x'])
      expect([body, (await post(body)).status]).toEqual([body, 400]);
    for (const body of [{ sessionId: 'sess_none' }, { traceId: 'none' }])
      expect([body, (await post(body)).status]).toEqual([body, 404]);
  });

  it('refuses the trace of another session than the one that the pack is of', async () => {
    const { one, other } = await busy();
    const started = await fetch(`${url()}/api/ops/trace/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token('ops')}` },
      body: JSON.stringify({ sessionId: other, durationSec: 5 }),
    });
    const { traceId } = (await started.json()) as TraceStarted;
    for (const path of ['', '/preview']) {
      const refused = await post({ sessionId: one, traceId }, undefined, path);
      expect([refused.status, ((await refused.json()) as Problem).detail]).toEqual([
        400,
        expect.stringContaining('of another session'),
      ]);
      for (const body of [{ sessionId: other, traceId }, { traceId }]) {
        const made = await post(body, undefined, path);
        expect(made.status).toBe(200);
        // The next one may be made when this one has been fetched.
        await made.text();
      }
    }
  });

  it('makes one pack at a time, and says so; one that nobody waits for any more is given up', async () => {
    const bearer = await token('ops');
    const gone = new AbortController();
    const ask = () =>
      fetch(`${url()}/api/ops/support-pack`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ sampleSec: 60 }),
        signal: gone.signal,
      });
    // Whichever of the two comes second is the one that is refused.
    const both = [ask(), ask()];
    const refused = await Promise.race(both);
    expect(refused.status).toBe(429);
    expect(((await refused.json()) as Problem).detail).toMatch(/being made already/);
    gone.abort();
    const ends = await Promise.allSettled(both);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await eventually(async () => expect((await post()).status).toBe(200));
  });

  it('shows beforehand what would be in it', async () => {
    await busy();
    const answer = await post({ without: ['sockets'] }, undefined, '/preview');
    const manifest = (await answer.json()) as PackManifest;
    expect(manifest.kind).toBe('okboxbox-support-pack');
    expect(reportOf(manifest, 'sockets')?.status).toBe('skipped');
    expect(reportOf(manifest, 'events')?.bytes).toBeGreaterThan(100);
    expect(manifest.redaction.byRule.id_user).toBeGreaterThan(0);
    expect((await pack()).answer.status).toBe(200);
  });
});
