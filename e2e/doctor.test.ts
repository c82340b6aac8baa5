import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FindingsAnswer } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DETECTORS, runDetectors } from '../packages/findings/src/index.js';
import { groupLike, healthy } from '../packages/findings/src/testing/healthy-night.js';
import { eventually } from '../testing/eventually.js';
import { freePort, getJson, okboxbox, run, stop, temporaryData, tokenOf } from './okboxbox.js';

let data: ReturnType<typeof temporaryData>;
beforeEach(() => {
  data = temporaryData();
});
afterEach(() => data.remove());

describe('okboxbox doctor, of a server', () => {
  it('prints what is wrong with it, and exits 1 while any of it is critical', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const args = ['server', '--port', String(port), '--data', data.dir];
    const server = okboxbox(args, { LOG_LEVEL: 'warn', OPS_UI_ENABLED: '1' });
    await eventually(() => expect(server.stderr()).toContain('serves'));
    const ops = await tokenOf(data.dir, 'ops');
    const healthyNow = await run(['doctor', url, '--data', data.dir]);
    expect(healthyNow).toMatchObject({ exit: 0, err: '' });
    expect(healthyNow.out).toContain('no problems found');

    // A token of this server without the right: what somebody without a token does is nobody's alarm.
    const refused = io(`${url}/relay`, {
      auth: { token: await tokenOf(data.dir, 'team') },
      transports: ['websocket'],
      reconnection: false,
    });
    await eventually(async () =>
      expect((await getJson<FindingsAnswer>(`${url}/api/ops/findings`, ops)).findings).toHaveLength(1),
    );
    const sick = await run(['doctor', url], { OKBOXBOX_TOKEN: ops });
    expect(sick.exit).toBe(1);
    for (const words of [
      'CRITICAL',
      'RELAY_NOT_CONNECTING refused_token',
      'okboxbox token --role relay',
      'runbook.md#',
    ])
      expect(sick.out).toContain(words);
    const json = await run(['doctor', url, '--json', '--token', ops]);
    expect(JSON.parse(json.out)).toMatchObject({ findings: [{ cause: 'refused_token', severity: 'critical' }] });
    refused.disconnect();

    const unnamed = await run(['doctor', url, '--token', 'nonsense']);
    expect(unnamed).toMatchObject({ exit: 1, out: '' });
    expect(unnamed.err).toContain('okboxbox token --role ops');
    await stop(server);

    const away = await run(['doctor', url, '--data', data.dir]);
    expect(away).toMatchObject({ exit: 1, out: '' });
    expect(away.err).toContain('does not answer');
    expect(away.err.trim().split('\n')).toHaveLength(1);
  });

  it('says where operations are off', async () => {
    const port = await freePort();
    const server = okboxbox(['server', '--port', String(port), '--data', data.dir], { LOG_LEVEL: 'warn' });
    await eventually(() => expect(server.stderr()).toContain('serves'));
    const { exit, err } = await run(['doctor', `http://127.0.0.1:${port}`, '--data', data.dir]);
    expect(exit).toBe(1);
    expect(err).toContain('OPS_UI_ENABLED=1');
    await stop(server);
  });
});

describe('okboxbox doctor, of a support pack', () => {
  const overlay = groupLike({ role: 'overlay', room: 'live', socketIds: ['ab\u001b[31mcd'] });
  const snapshot = healthy({ socketGroups: [overlay] });
  const findings = { at: snapshot.at, cleared: [], ...runDetectors(snapshot, DETECTORS) };
  const reports = (status: string, because: string | null) =>
    ['snapshot', 'findings'].map((name) => ({ name, status, because }));
  const write = (sections: object, version = '0.1.0', status = 'success', because: string | null = null): string => {
    const path = join(data.dir, 'pack.json');
    const kind = 'okboxbox-support-pack';
    const manifest = { kind, version, createdAt: snapshot.at + 500, sections: reports(status, because) };
    writeFileSync(path, JSON.stringify({ manifest, sections }));
    return path;
  };

  it('makes its findings again of its figures, and says that they are the same', async () => {
    const { exit, out } = await run(['doctor', write({ snapshot, findings })]);
    expect(exit).toBe(1);
    expect(out).toContain('BROADCAST_DELAY_NOT_WORKING overlay_in_live_room');
    expect(out).toContain('the same as recorded');
    // What a terminal obeys does not come out of a file.
    expect(out).not.toContain('\u001b');
  });

  it('says what differs, and that another version has made it', async () => {
    const file = write({ snapshot: healthy(), findings }, '0.0.9');
    const { exit, out } = await run(['doctor', file]);
    expect(exit).toBe(0);
    expect(out).toContain('Only recorded: BROADCAST_DELAY_NOT_WORKING overlay_in_live_room');
    expect(out).toContain('version 0.0.9');
    const json = JSON.parse((await run(['doctor', file, '--json'])).out);
    expect(json).toMatchObject({ isMadeAgain: true, findings: [], comparison: { areSame: false } });
  });

  it('goes by what is recorded where the figures are withheld, and says so', async () => {
    const { exit, out } = await run(['doctor', write({ findings }, '0.1.0', 'withheld', 'a secret was found in it')]);
    expect(exit).toBe(1);
    expect(out).toContain('overlay_in_live_room');
    expect(out).toContain('withheld: a secret was found in it');
  });

  it('prints nothing of a pack that a terminal obeys, wherever it stands', async () => {
    const hostile = 'a \u001b]0;title\u0007\u009b31m';
    const obeyed = /(?!\n)\p{Cc}/u;
    const recorded = await run(['doctor', write({ findings }, '0.1.0', 'withheld', hostile)]);
    expect(recorded.out).toContain('withheld: a �]0;title��31m');
    expect(recorded.out).not.toMatch(obeyed);
    const empty = await run(['doctor', write({}, '0.1.0', 'withheld', hostile)]);
    expect(empty).toMatchObject({ exit: 1, out: '', err: expect.stringContaining('withheld: a �]0;title��31m') });
    expect(empty.err).not.toMatch(obeyed);
    const json = await run(['doctor', write({ snapshot: healthy() }, hostile), '--json']);
    expect(json.out).not.toMatch(obeyed);
    expect(JSON.parse(json.out).pack.by).toBe(hostile);
  });

  it('does not take damaged figures for health', async () => {
    const spoiled = await run(['doctor', write({ snapshot: { ...snapshot, socketGroups: [{}] }, findings })]);
    expect(spoiled.exit).toBe(1);
    expect(spoiled.out).toContain('The part "snapshot" is damaged');
    const unread = await run(['doctor', write({ snapshot: { ...snapshot, history: { at: 0 } } })]);
    expect(unread.err).toBe('');
    expect(unread.out).toContain('DETECTOR_FAILED threw');
  });

  it('is told from what is none', async () => {
    const path = join(data.dir, 'other.json');
    writeFileSync(path, '{"manifest":{}}');
    expect(await run(['doctor', path])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('is not a support pack'),
    });
    writeFileSync(path, '{"manifest":');
    expect(await run(['doctor', path])).toMatchObject({ exit: 1, err: expect.stringContaining('not complete JSON') });
    expect(await run(['doctor', 'nowhere.json'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('nowhere.json'),
    });
  });
});
