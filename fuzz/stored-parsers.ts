import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPack as readPackOfCli } from '../apps/cli/src/ops-files.js';
import { readRelayConfig } from '../apps/relay/src/config.js';
import { readEnvFile } from '../apps/relay/src/settings.js';
import { tokensOfSecret } from '../apps/server/src/access/tokens.js';
import { readConfig } from '../apps/server/src/config.js';
import { readShows } from '../apps/server/src/owner/shows/show-settings.js';
import { readPack } from '../apps/web/src/console/pack/read-pack.js';
import { packText } from '../apps/web/src/console/pack/testing/pack.js';
import { type Parser, textOf, texts } from './parser.js';

const SHOW = {
  show: 'league',
  delayMs: 30_000,
  published: true,
  publicFrom: null,
  playhead: { moves: 'running' },
  airedAt: 1_764_000_000_000,
  scenes: [{ name: 'Race', delayMs: 30_000 }],
  links: [],
};
const RELAY_ENV =
  'RELAY_BACKENDS=http://a:1,https://b\nRELAY_BACKEND_MODE=parallel\nRELAY_KILL_SWITCH=0\nRELAY_SAMPLE_HZ=10\n';
const SERVER_ENV =
  'PORT=3001\nHOST=0.0.0.0\nPUBLIC_URL=https://x.example/\nLOG_LEVEL=info\nOPS_UI_ENABLED=1\nDATABASE_POOL_MAX=10\n';

/** What is kept in files and handed over: settings, packs, tokens. */
export async function storedParsers(folder: string): Promise<Parser[]> {
  const shows = join(folder, 'shows');
  mkdirSync(shows);
  const tokens = tokensOfSecret(new TextEncoder().encode('a secret of the fuzz suite, 0123456789'));
  const signed = await tokens.sign?.({ sub: 'director', role: 'director', shows: ['league'] }, 3_600);
  const envFile = join(folder, 'relay.env');
  return [
    {
      name: "a show's settings",
      good: texts(JSON.stringify(SHOW)),
      read: async (bytes) => {
        writeFileSync(join(shows, 'league.json'), bytes);
        const [show] = await readShows(shows, () => undefined);
        if (show?.show !== 'league') throw new Error('The show is not there at all.');
      },
      refusals: [],
      times: 2_000,
    },
    {
      name: 'a support pack, in the console',
      good: texts(packText()),
      read: (bytes) => readPack(textOf(bytes)),
      refusals: ['PackError'],
      times: 3_000,
    },
    {
      name: 'a support pack, in the terminal',
      good: texts(packText()),
      read: (bytes) => {
        let given: unknown;
        try {
          given = JSON.parse(textOf(bytes));
        } catch {
          return;
        }
        readPackOfCli(given);
      },
      refusals: [],
      times: 5_000,
    },
    {
      name: 'relay.env',
      good: texts(RELAY_ENV),
      read: (bytes) => {
        writeFileSync(envFile, bytes);
        readRelayConfig({}, readEnvFile(envFile), folder);
      },
      refusals: ['ConfigError'],
      times: 2_000,
    },
    {
      name: "the server's environment",
      good: texts(SERVER_ENV),
      read: (bytes) => {
        const lines = textOf(bytes).split('\n');
        const env = lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)] as const);
        readConfig(Object.fromEntries(env), folder);
      },
      refusals: ['ConfigError'],
      times: 20_000,
    },
    {
      name: 'a token',
      good: texts(signed?.token ?? ''),
      read: async (bytes) => {
        const text = textOf(bytes);
        await tokens.verify(text);
        // Base64 has bits at its end that mean nothing; anything else that is changed must be refused.
        if (text.slice(0, -1) !== signed?.token.slice(0, -1)) throw new Error(`A changed token was accepted: ${text}`);
      },
      refusals: ['TokenError'],
      times: 20_000,
    },
  ];
}
