import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig, startServer, tokensOfSecret } from '@okboxbox/server';
import { pino } from 'pino';
import { countingViewers } from './counting-viewers.js';
import { feed } from './fed-session.js';
import { ask, later, message } from './processes.js';

/**
 * What operations cost a server that shows 60 cars at 10 Hz to many viewers: switched off, switched on, and looked at.
 * A console looks at everything once a second; here it is done twenty times as often, and told for once.
 */

const VIEWERS = 1_000;
const RATE_HZ = 10;
const WARM_UP_MS = 2_000;
const MEASURE_MS = 6_000;
const POLLS_PER_S = 20;
const ROUNDS = 2;
const CALLS = ['summary', 'sockets', 'sessions', 'events', 'history', 'database'];
const KINDS = ['off', 'on', 'polled'] as const;
type Kind = (typeof KINDS)[number];
const SECRET = '9vT2xQ7mLk4Rz8WcYb3nHd6FgPs1Ja5U';

interface Look {
  readonly cpuMicros: number;
}

const [role, argument, more] = process.argv.slice(2);
if (role === 'server') await serve(argument ?? '');
else if (role === 'viewers') await view(argument ?? '', more ?? '');
else await compare();

async function compare(): Promise<void> {
  const best: Record<Kind, number> = { off: Infinity, on: Infinity, polled: Infinity };
  let messages = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) {
      const { cpuMicros, received } = await run(kind);
      messages = received;
      best[kind] = Math.min(best[kind], cpuMicros / received);
    }
  }
  const secondsOf = MEASURE_MS / 1_000;
  const perPollMs = (((best.polled - best.on) * messages) / (secondsOf * POLLS_PER_S)) * 1e-3;
  console.log(
    JSON.stringify({
      bench: 'operations',
      viewers: VIEWERS,
      cpuMicrosPerMessage: { off: round2(best.off), on: round2(best.on), polled20: round2(best.polled) },
      onToOff: round2(best.on / best.off),
      lookCpuMs: round2(perPollMs),
      // Of a core that is busy all the time: what a server that is full has to give.
      shareOfOneLookASecond: round2(perPollMs / 1_000, 4),
      budgetShare: 0.01,
    }),
  );
}

async function run(kind: Kind): Promise<{ cpuMicros: number; received: number }> {
  const server = fork(fileURLToPath(import.meta.url), ['server', kind === 'off' ? '0' : '1']);
  const url = await message<string>(server);
  const token = await tokenOf('admin');
  const feeding = await feed(url, token, { rateHz: RATE_HZ });
  const viewers = fork(fileURLToPath(import.meta.url), ['viewers', url, token]);
  await message<string>(viewers);
  let polling: NodeJS.Timeout | null = null;
  if (kind === 'polled') {
    const headers = { authorization: `Bearer ${token}` };
    polling = setInterval(() => {
      for (const call of CALLS) {
        // The last ones are cut off with the server.
        void fetch(`${url}/api/ops/${call}`, { headers })
          .then((answer) => answer.text())
          .catch(() => undefined);
      }
    }, 1_000 / POLLS_PER_S);
  }
  await later(WARM_UP_MS);
  const before = await ask<Look>(server, 'look');
  const countBefore = await ask<number>(viewers, 'count');
  await later(MEASURE_MS);
  const after = await ask<Look>(server, 'look');
  const countAfter = await ask<number>(viewers, 'count');
  feeding.stop();
  if (polling) clearInterval(polling);
  viewers.kill();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.send('end');
  await ended;
  return { cpuMicros: after.cpuMicros - before.cpuMicros, received: countAfter - countBefore };
}

async function serve(ops: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-operations-'));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, JWT_SECRET: SECRET, OPS_UI_ENABLED: ops }, '/');
  const server = await startServer({ config, version: 'bench', webDir: null, log: pino({ level: 'silent' }) });
  process.on('message', (said) => {
    if (said === 'look') {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpuMicros: user + system } satisfies Look);
    } else {
      void server.close().then(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(0);
      });
    }
  });
  process.send?.(server.url);
}

async function view(url: string, token: string): Promise<void> {
  const count = await countingViewers(url, token, VIEWERS, { show: 'local', audience: 'live' });
  process.on('message', () => process.send?.(count()));
  process.send?.('connected');
}

async function tokenOf(kind: 'admin'): Promise<string> {
  const signed = await tokensOfSecret(new TextEncoder().encode(SECRET)).sign?.({ sub: kind, role: kind }, 600);
  return signed?.token ?? '';
}

function round2(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
