import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM, startProgram } from '@okboxbox/drills';
import { WebSocket } from 'ws';
import { ask, later, message } from './processes.js';

/**
 * A crowd that comes at once: 4,000 viewers connect to a running server in the same moment, each from an address of its
 * own, and then watch a session of 60 cars at 10 Hz. How long until the last has joined, what a message costs the server, and
 * the longest turns of its event loop in processor time (`turn-probe.ts`).
 */

const VIEWERS = 4_000;
const PROCESSES = 2;
const MEASURED_S = 15;
/** What joins have held up is to be over. */
const SETTLED_S = 10;
/** Longest that a turn may take, in ms of processor time. */
const BUDGET_MS = 25;
/** A token may make 600 connections a second. */
const TOKENS = 8;
const TICKS_A_SECOND = 100;

/** Of how many viewers one checks what it hears. */
const CHECKED = 20;

interface Joined {
  readonly joinedMs: readonly number[];
}
interface Heard {
  readonly messages: number;
  readonly gaps: number;
}
interface Turns {
  readonly p999Ms: number;
  readonly longestMs: readonly number[];
}

const [role, ...given] = process.argv.slice(2);
if (role === 'viewers') await view(given[0] ?? '', Number(given[1]), given.slice(2));
else await compare();

async function compare(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-crowd-'));
  const port = 20_000 + (process.pid % 10_000);
  const url = `http://127.0.0.1:${port}`;
  const children: ChildProcess[] = [];
  const start = (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = startProgram(args, { env }).process;
    children.push(child);
    return child;
  };
  const token = (forRole: string) =>
    execFileSync(process.execPath, [PROGRAM, 'token', '--role', forRole, '--data', dataDir], {
      encoding: 'utf8',
    }).trim();
  try {
    const env = {
      LOG_LEVEL: 'warn',
      TRUSTED_PROXIES: '127.0.0.1',
      TURN_PROBE: join(dataDir, 'turns.json'),
      NODE_OPTIONS: `--import=${fileURLToPath(new URL('./turn-probe.js', import.meta.url))}`,
    };
    const server = start(['server', '--port', String(port), '--data', dataDir], env);
    while (!(await fetch(`${url}/api/health/ready`).catch(() => null))?.ok) await later(20);
    start(['relay', '--source', 'demo:1,cars=60,minutes=60', '--show', 'crowd', '--relay-id', 'rig'], {
      RELAY_BACKENDS: url,
      RELAY_TOKEN: token('relay'),
    });
    const tokens = Array.from({ length: TOKENS }, () => token('team'));
    await later(2_000);
    const viewers = Array.from({ length: PROCESSES }, (_, n) =>
      fork(fileURLToPath(import.meta.url), ['viewers', url, String(n), ...tokens]),
    );
    children.push(...viewers);
    const joined = (await Promise.all(viewers.map((each) => message<Joined>(each)))).flatMap(
      ({ joinedMs }) => joinedMs,
    );
    joined.sort((a, b) => a - b);
    await later(SETTLED_S * 1_000);
    const before = cpuTicks(server.pid);
    for (const each of viewers) each.send('count');
    await later(MEASURED_S * 1_000);
    const cpu = (cpuTicks(server.pid) - before) / TICKS_A_SECOND;
    const heard = await Promise.all(viewers.map((each) => ask<Heard>(each, 'report')));
    const messages = heard.reduce((sum, each) => sum + each.messages, 0);
    server.kill('SIGUSR2');
    while (!existsSync(env.TURN_PROBE)) await later(100);
    const { p999Ms, longestMs } = JSON.parse(readFileSync(env.TURN_PROBE, 'utf8')) as Turns;
    console.log(
      JSON.stringify({
        bench: 'crowd',
        viewers: joined.length,
        joinedP50Ms: at(joined, 0.5),
        joinedMaxMs: at(joined, 1),
        messagesPerSec: Math.round(messages / MEASURED_S),
        gaps: heard.reduce((sum, each) => sum + each.gaps, 0),
        serverCores: Math.round((cpu / MEASURED_S) * 100) / 100,
        cpuMicrosPerMessage: Math.round((cpu / messages) * 1e8) / 100,
        turnP999Ms: p999Ms,
        longestTurnsMs: longestMs,
        budgetMs: BUDGET_MS,
        withinBudget: Math.max(...longestMs) <= BUDGET_MS,
      }),
    );
  } finally {
    for (const child of children.reverse()) child.kill();
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((gone) => child.once('exit', gone))));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A part of the viewers, without a client library, whose own work would be most of what is measured. */
async function view(url: string, part: number, tokens: readonly string[]): Promise<void> {
  let gaps = 0;
  let messages = 0;
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const begun = performance.now();
  const toJoin = JSON.stringify(['session:join', { show: 'crowd', audience: 'live' }]);
  const joinedMs = await Promise.all(
    Array.from({ length: VIEWERS / PROCESSES }, (_, n) => {
      const headers = { 'x-forwarded-for': `10.${part}.${n >> 8}.${n & 255}` };
      const token = tokens[n % tokens.length];
      return new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(address, { perMessageDeflate: false, headers });
        let isJoined = false;
        let before: number | null = null;
        socket.once('error', reject);
        socket.once('close', (code, why) => reject(new Error(`a viewer was closed: ${code} ${why}`)));
        socket.on('message', (data: Buffer) => {
          if (isJoined && data.length > 10) {
            messages += 1;
            if (n % CHECKED !== 0) return;
          }
          const text = data.toString('latin1');
          if (text.startsWith('42["feed"')) {
            const seq = Number(/"seq":(\d+)/.exec(text)?.[1]);
            if (before !== null && seq !== before + 1) gaps += 1;
            before = seq;
          } else if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token, clientKind: 'dashboard' })}`);
          else if (text.startsWith('40')) socket.send(`420${toJoin}`);
          else if (text.startsWith('430')) {
            isJoined = true;
            if (text.includes('"ok":true')) resolve(performance.now() - begun);
            else reject(new Error(text.slice(0, 300)));
          } else if (text === '2') socket.send('3');
        });
      });
    }),
  );
  process.on('message', (what) => {
    if (what === 'report') process.send?.({ messages, gaps } satisfies Heard);
    messages = 0;
    gaps = 0;
  });
  process.send?.({ joinedMs } satisfies Joined);
}

function at(sorted: readonly number[], part: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

/** Ticks of the processor that a process has used, from Linux's /proc/PID/stat, fields 14 and 15. */
function cpuTicks(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
