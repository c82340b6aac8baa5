import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../../../testing/eventually.js';
import type { LinksOfShow } from '../access/share-links.js';
import { MemoryChannel } from '../channel/memory-channel.js';
import { SharedChannel } from '../channel/shared-channel.js';
import { systemClock } from '../clock.js';
import { SharedDirectory } from '../directory/shared-directory.js';
import { unknownShow } from '../directory/show-record.js';
import { CallRefused } from '../sockets/calls.js';
import { Taps } from '../taps.js';
import { EdgeLinks } from './edge-links.js';
import { LINK_KEY_HEADER, LINK_PATH } from './link-messages.js';
import { OwnerLink } from './owner-link.js';

const KEY = 'the key of this server';
const log = pino({ level: 'silent' });

describe('the link of an owner and its edges', () => {
  let folder: string;
  let path: string;
  let server: Server;
  let links: EdgeLinks;
  let directory: SharedDirectory;
  let revoke: (jti: string) => void;
  let changeLinks: (links: LinksOfShow, before: LinksOfShow) => void;
  const opened: string[] = [];
  const edges: OwnerLink[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'link-'));
    path = join(folder, 'edges.sock');
    const views = new MemoryChannel({ randomId: () => 'epoch' });
    directory = new SharedDirectory(() => systemClock.now());
    links = new EdgeLinks({
      key: KEY,
      channel: new SharedChannel(views),
      views,
      directory,
      owner: { openOutput: async () => 'full', lastState: async () => null },
      acts: {
        run: async (name) => {
          throw new CallRefused('forbidden', `Nobody may ${name}.`, 'racebox:director:control');
        },
        onActed: () => () => undefined,
      },
      deskOf: () => Promise.reject(new Error('the desk is broken')),
      shows: {
        all: () => [],
        onChange: (listener) => {
          changeLinks = listener;
        },
      },
      links: { opened: (code) => void opened.push(code) },
      revoked: {
        all: () => ['before'],
        onRevoked: (listener) => {
          revoke = listener;
        },
      },
      clock: systemClock,
      log,
    });
    server = createServer();
    links.attach(server);
    await new Promise<void>((resolve) => server.listen({ path }, resolve));
  });
  afterEach(async () => {
    for (const edge of edges.splice(0)) edge.close();
    links.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function edge(name = 'edge-1'): Promise<OwnerLink> {
    const made = await OwnerLink.connect({ path, key: KEY, name, clock: systemClock, log, taps: new Taps() });
    edges.push(made);
    return made;
  }

  it('takes nobody who does not show the key', async () => {
    const wrong = OwnerLink.connect({ path, key: 'a guess', name: 'x', clock: systemClock, log, taps: new Taps() });
    await expect(wrong).rejects.toThrow(/403/);
    expect(links.list()).toEqual([]);
  });

  it('has an edge know all that there is before it serves anyone, and then each change', async () => {
    directory.putShow({ ...unknownShow('local'), published: true });
    const made = await edge();
    expect(made.directory.show('local').published).toBe(true);
    expect([made.revoked.has('before'), made.revoked.has('later')]).toEqual([true, false]);
    const heard: string[] = [];
    made.revoked.onRevoked((jti) => heard.push(jti));
    directory.putShow(unknownShow('local'));
    revoke('later');
    changeLinks({ show: 'local', links: [] }, { show: 'local', links: [] });
    await eventually(() => expect(heard).toEqual(['later']));
    expect(made.directory.show('local').published).toBe(false);
    await eventually(() => expect(made.links.all()).toEqual([{ show: 'local', links: [] }]));
    made.opened('code');
    await eventually(() => expect(opened).toEqual(['code']));
  });

  it('refuses at an edge as the owner does, and says no more of what failed than that', async () => {
    const made = await edge();
    const act = made.ask('act', { name: 'cue', visitor: { kind: 'anonymous' }, input: {} });
    const refused = { name: 'CallRefused', code: 'forbidden', capability: 'racebox:director:control' };
    await expect(act).rejects.toMatchObject({ ...refused, message: 'Nobody may cue.' });
    await expect(made.ask('desk', { show: 'local' })).rejects.toThrow('The owner failed: the desk is broken');
    expect(await made.ask('openOutput', { show: 'local', sessionId: 'sess_1', extra: 500 })).toBe('full');
  });

  it('cuts off one edge that says what cannot be used, and goes on with the others', async () => {
    const good = await edge('edge-1');
    const broken = new WebSocket(`ws://owner${LINK_PATH}`, {
      createConnection: () => connect(path),
      headers: { [LINK_KEY_HEADER]: KEY },
    });
    const gone = new Promise((resolve) => broken.once('close', resolve));
    await new Promise((resolve) => broken.once('open', resolve));
    broken.send('{"kind":"presence"}');
    await gone;
    await eventually(() => expect(links.list().map(({ name }) => name)).toEqual(['edge-1']));
    expect(await good.ask('openOutput', { show: 'local', sessionId: 'sess_1', extra: 0 })).toBe('full');
  });

  it('tells an edge that its owner is gone: what it asked is refused, and comes no more', async () => {
    const made = await edge();
    const gone = new Promise<void>((resolve) => made.onGone(resolve));
    links.close();
    await gone;
    const late = made.ask('openOutput', { show: 'local', sessionId: 'sess_1', extra: 0 });
    await expect(late).rejects.toMatchObject({ name: 'NoOwnerError', code: 'not_available' });
  });
});
