import type { OpsSessionsAnswer, OpsSummary } from '@okboxbox/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort, okboxbox, type Running, stop, temporaryData, tokenOf } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
let up: Running;
let url: string;

beforeEach(async () => {
  data = temporaryData();
  url = `http://127.0.0.1:${await freePort()}`;
});
afterEach(async () => {
  if (up) await stop(up);
  data.remove();
});

async function start(env: Record<string, string>): Promise<void> {
  up = okboxbox(['up', '--port', new URL(url).port, '--data', data.dir, '--source', 'demo:3,cars=20'], env);
  await eventually(() => expect(up.stdout()).toContain('#code='));
}

const PATHS = ['/api/ops/summary', '/api/diagnostics/build', '/metrics'];

async function get(path: string): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${await tokenOf(data.dir, 'ops')}` } });
}

describe('what operators look at', () => {
  it('is there under `npm start`, with the race that it runs', { timeout: 60_000 }, async () => {
    await start({});
    expect(up.stdout()).toContain(`${url}/admin/ops`);
    for (const path of PATHS) expect([path, (await get(path)).status]).toEqual([path, 200]);
    await eventually(async () => {
      const { sessions } = (await (await get('/api/ops/sessions')).json()) as OpsSessionsAnswer;
      expect(sessions[0]?.clock.verdict).toBe('right');
      expect(sessions[0]?.driftP95).toBeLessThan(5_000);
      expect(sessions[0]?.queueAgeP95Ms).toBeLessThan(5_000);
      expect(sessions[0]?.transitP95Ms).toBeLessThan(5_000);
    });
    const summary = (await (await get('/api/ops/summary')).json()) as OpsSummary;
    expect(summary).toMatchObject({ relays: { connected: 1 }, sessions: { active: 1 }, ops: { tapFailures: 0 } });
    expect(summary.ingest.framesTotal).toBeGreaterThan(0);
  });

  it('is not there where the environment says so', { timeout: 60_000 }, async () => {
    await start({ OPS_UI_ENABLED: '0', METRICS_ENABLED: 'false', DIAGNOSTICS_ENABLED: '0' });
    expect(up.stdout()).not.toContain('/admin/ops');
    for (const path of PATHS) expect([path, (await get(path)).status]).toEqual([path, 404]);
  });
});
