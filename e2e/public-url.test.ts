import type { SessionSummary } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { expect, it, vi } from 'vitest';
import { freePort, getJson, okboxbox, stop, temporaryData, tokenOf } from './okboxbox.js';

it('links for people begin with PUBLIC_URL, and the relay of the same machine goes to the local address', async () => {
  const data = temporaryData();
  const port = await freePort();
  // Nobody can be reached there from here, as with many a proxy from inside.
  const PUBLIC_URL = 'https://race.invalid';
  const up = okboxbox(
    ['up', '--source', 'demo:public,cars=20,minutes=3', '--speed', '20', '--port', String(port), '--data', data.dir],
    { LOG_LEVEL: 'warn', PUBLIC_URL },
  );
  try {
    await vi.waitFor(() => expect(up.stdout()).toContain('Ctrl-C stops.'), { timeout: 60_000 });
    const links = up.stdout().match(/https?:\S+/g) ?? [];
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect(link.startsWith(`${PUBLIC_URL}/`)).toBe(true);
    const token = await tokenOf(data.dir, 'admin');
    await vi.waitFor(
      async () =>
        expect(await getJson<SessionSummary[]>(`http://127.0.0.1:${port}/api/sessions`, token)).toHaveLength(1),
      { timeout: 60_000, interval: 200 },
    );
    expect(up.stderr()).not.toContain('race.invalid');

    const desk = io(`http://127.0.0.1:${port}`, { auth: { token, clientKind: 'director' }, transports: ['websocket'] });
    const joined = await desk.emitWithAck('director:join', { show: 'local' });
    expect(joined.desk).toMatchObject({ show: 'local', publicUrl: PUBLIC_URL });
    const made = await desk.emitWithAck('link:create', { show: 'local', kind: 'overlay' });
    expect(made.url).toBe(`${PUBLIC_URL}/l/${made.link.code}`);
    desk.disconnect();
  } finally {
    await stop(up);
    data.remove();
  }
});
