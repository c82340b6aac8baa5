import { expect, it } from 'vitest';
import { AnsweredOnce } from '../../sockets/answered-once.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, socket, token, post } = serverForEachTest({ OPS_UI_ENABLED: '1' });

it('does once what is asked for again, also while it is done, and again what failed', async () => {
  let now = 0;
  let done = 0;
  const once = new AnsweredOnce(() => now);
  const run = async () => ({ nr: ++done });
  const both = await Promise.all([once.answer(['rig', 'a'], '1', run), once.answer(['rig', 'a'], '1', run)]);
  expect(both).toEqual([{ nr: 1 }, { nr: 1 }]);
  expect(await once.answer(['other', 'a'], '1', run)).toEqual({ nr: 2 });
  expect(await once.answer(['rig', 'a'], undefined, run)).toEqual({ nr: 3 });
  const fail = () => Promise.reject(new Error('the disk is full'));
  await expect(once.answer(['rig', 'b'], '1', fail)).rejects.toThrow('full');
  expect(await once.answer(['rig', 'b'], '1', run)).toEqual({ nr: 4 });
  now += 10 * 60_000;
  expect(await once.answer(['rig', 'a'], '1', run)).toEqual({ nr: 5 });
});

it('a link, a cue and a trace whose answers were lost are not made twice when they are asked for again', async () => {
  const { sessionId } = await relay();
  const ask = async (event: string, body: object) => {
    // On another connection each time, as after one that was cut.
    const director = socket('/', { token: await token('director') });
    const answer = await director.emitWithAck(event, { show: 'local', ...body });
    director.disconnect();
    return answer;
  };
  const wanted = { kind: 'overlay', requestId: 'link-1' };
  const first = await ask('link:create', wanted);
  expect(first.ok).toBe(true);
  expect((await ask('link:create', wanted)).link.code).toBe(first.link.code);
  expect((await ask('link:create', { kind: 'overlay' })).link.code).not.toBe(first.link.code);
  const gone = { code: first.link.code, requestId: 'link-2' };
  expect(await ask('link:revoke', gone)).toMatchObject({ ok: true });
  expect(await ask('link:revoke', gone)).toMatchObject({ ok: true });

  const ops = await token('ops');
  const trace = { sessionId, durationSec: 30, requestId: 'trace-1' };
  const started = await post<{ traceId: string }>('/api/ops/trace/start', trace, ops);
  expect(started.status).toBe(202);
  expect((await post<{ traceId: string }>('/api/ops/trace/start', trace, ops)).body.traceId).toBe(started.body.traceId);
});
