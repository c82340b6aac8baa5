import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HELLO } from '../apps/server/src/testing/hellos.js';
import { batch, race } from '../apps/server/src/testing/race.js';
import { RELAY_STATUS } from '../apps/server/src/testing/relay-status.js';
import { serverForEachTest } from '../apps/server/src/testing/running-server.js';
import { eventually } from '../testing/eventually.js';

const run = promisify(execFile);
const WITHOUT_CURL = !existsSync('/usr/bin/curl') && process.env.CI !== 'true';
const SHOW = 'my-league';

/** A request of `broadcast.md` and, in the block behind it, what the server answers. */
interface Recipe {
  readonly heading: string;
  readonly command: string;
  readonly answer: { readonly kind: string; readonly text: string };
}

const { url, token, socket, post, get } = serverForEachTest();

describe.skipIf(WITHOUT_CURL)('the requests of docs/broadcast.md', () => {
  it('are answered as the page says, by a real server to a real curl', async () => {
    const recipes = recipesOf(readFileSync(join(import.meta.dirname, 'broadcast.md'), 'utf8'));
    // Each program of the page has one of its own.
    expect(recipes.map(({ heading }) => heading)).toEqual(
      expect.arrayContaining(['Over HTTP', 'curl', 'Stream Deck', 'Bitfocus Companion', 'vMix', 'OBS']),
    );
    const env = { PATH: process.env.PATH, SERVER: url(), SHOW, ...(await evening()) };
    for (const { heading, command, answer } of recipes) {
      const { stdout } = await run('bash', ['-euc', command], { env });
      const what = `${heading}: ${command}`;
      if (answer.kind === 'json')
        expect({ what, answer: JSON.parse(stdout) }).toMatchObject({ what, answer: stated(answer.text) });
      else expect({ what, text: stdout.trim() }).toEqual({ what, text: expect.stringContaining(answer.text) });
    }
  });
});

/** An evening under way: a race, the broadcaster's PC, a scene, a link. Resolves with what the requests need of it. */
async function evening(): Promise<{ readonly TOKEN: string; readonly LINK: string }> {
  const shows = [SHOW];
  const director = await token('director', { shows });
  const caster = socket('/relay', { token: await token('camera', { shows }) });
  caster.on('relay:camera', (_: unknown, answer: (said: object) => void) => answer({ asked: true }));
  const hello = { ...HELLO, relayId: 'CASTER-PC', show: SHOW, playback: false };
  expect(await caster.emitWithAck('relay:hello', hello)).toMatchObject({ ok: true });
  const records = race(20).map((each) => (each.kind === 'frame' ? { ...each, camera: { car: 1 } } : each));
  await caster.emitWithAck('relay:frames', Buffer.from(batch(records, 1)));
  await caster.emitWithAck('relay:status', { ...RELAY_STATUS, camera: 'accepts' });
  const act = async (name: string, body: object) => {
    const { status, body: answer } = await post<{ link: { code: string } }>(
      `/api/shows/${SHOW}/acts/${name}`,
      body,
      director,
    );
    expect(status).toBe(200);
    return answer;
  };
  await act('scene', { scene: { name: 'Battle', set: { tower: {}, driver: { car: 1 } }, forMs: null } });
  const { link } = await act('link', { kind: 'overlay' });
  await eventually(async () => {
    const { body } = await get<{ sessionId: string | null }>(`/api/shows/${SHOW}/state?link=${link.code}`);
    expect(body.sessionId).toMatch(/^sess_/);
  });
  return { TOKEN: director, LINK: link.code };
}

/**
 * The requests of a page: every `sh` block with curl, with the block behind it.
 * @throws Error where none is behind it: a request that nobody checks
 */
function recipesOf(page: string): Recipe[] {
  const recipes: Recipe[] = [];
  let heading = '';
  for (const found of page.matchAll(
    /^#{2,3} (.+)$|^```sh\n([\s\S]*?)^```\n+(?:```(json|csv|xml)\n([\s\S]*?)^```)?/gm,
  )) {
    const [, title, command, kind, text] = found;
    if (title !== undefined) heading = title;
    if (command === undefined || !command.includes('curl')) continue;
    if (kind === undefined || text === undefined) throw new Error(`No answer stands behind this request:\n${command}`);
    recipes.push({ heading, command, answer: { kind, text: text.trim() } });
  }
  return recipes;
}

/** What a page states as JSON; a text that ends with … stands for every text that has what is before it. */
function stated(json: string): object {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' && value.endsWith('…') ? expect.stringContaining(value.slice(0, -1)) : value,
  );
}
