import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM, startProgram } from '@okboxbox/drills';
import { ask, later, message } from './processes.js';

const PROCESSES = 2;
const MEASURED_S = 15;
/** What joins have held up is to be over. */
const SETTLED_S = 10;
/** A token may make 600 connections a second. */
const TOKENS = 8;
const TICKS_A_SECOND = 100;

/** When a part of the viewers had joined, in ms after all of them began. */
export interface Joined {
  readonly joinedMs: readonly number[];
}

/** What a part of the viewers has heard; `lateMs` of some of them: from the instant that a message shows to its arrival. */
export interface Heard {
  readonly messages: number;
  readonly gaps: number;
  readonly lateMs: readonly number[];
}

interface Turns {
  readonly p999Ms: number;
  readonly longestMs: readonly number[];
}

/** What a crowd has cost a server, and what it got. Times are in ms unless the name says otherwise. */
export interface CrowdFigures {
  readonly viewers: number;
  readonly edgeWorkers: number;
  readonly joinedP50Ms: number;
  readonly joinedMaxMs: number;
  readonly messagesPerSec: number;
  readonly gaps: number;
  readonly ownerCores: number;
  /** Of all edge processes together. */
  readonly edgeCores: number;
  readonly cpuMicrosPerMessage: number;
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  /** Turns of the owner's event loop, in processor time. */
  readonly turnP999Ms: number;
  readonly longestTurnsMs: readonly number[];
}

/**
 * Starts a server, with edge processes where it says so, and a race of 60 cars at 10 Hz; has all viewers connect in the same
 * moment, each from an address of its own; and measures what they are then sent.
 */
export async function measureCrowd(count: number, edgeWorkers: number): Promise<CrowdFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-crowd-'));
  const port = 20_000 + ((process.pid + edgeWorkers) % 10_000);
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
      EDGE_WORKERS: String(edgeWorkers),
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
    const program = fileURLToPath(new URL('./crowd-viewers.js', import.meta.url));
    const viewers = Array.from({ length: PROCESSES }, (_, n) =>
      fork(program, [url, String(n), String(count / PROCESSES), ...tokens]),
    );
    children.push(...viewers);
    const parts = await Promise.all(viewers.map((each) => message<Joined>(each)));
    const joined = parts.flatMap(({ joinedMs }) => joinedMs).sort((a, b) => a - b);
    await later(SETTLED_S * 1_000);
    const edges = edgesOf(server.pid);
    const edgeTicks = () => edges.reduce((sum, pid) => sum + cpuTicks(pid), 0);
    const before = { owner: cpuTicks(server.pid), edges: edgeTicks() };
    for (const each of viewers) each.send('count');
    await later(MEASURED_S * 1_000);
    const owner = (cpuTicks(server.pid) - before.owner) / TICKS_A_SECOND;
    const atEdges = (edgeTicks() - before.edges) / TICKS_A_SECOND;
    const heard = await Promise.all(viewers.map((each) => ask<Heard>(each, 'report')));
    const messages = heard.reduce((sum, each) => sum + each.messages, 0);
    const late = heard.flatMap(({ lateMs }) => lateMs).sort((a, b) => a - b);
    server.kill('SIGUSR2');
    while (!existsSync(env.TURN_PROBE)) await later(100);
    const { p999Ms, longestMs } = JSON.parse(readFileSync(env.TURN_PROBE, 'utf8')) as Turns;
    return {
      viewers: joined.length,
      edgeWorkers,
      joinedP50Ms: at(joined, 0.5),
      joinedMaxMs: at(joined, 1),
      messagesPerSec: Math.round(messages / MEASURED_S),
      gaps: heard.reduce((sum, each) => sum + each.gaps, 0),
      ownerCores: hundredth(owner / MEASURED_S),
      edgeCores: hundredth(atEdges / MEASURED_S),
      cpuMicrosPerMessage: hundredth(((owner + atEdges) / messages) * 1e6),
      lateP50Ms: at(late, 0.5),
      lateP99Ms: at(late, 0.99),
      turnP999Ms: p999Ms,
      longestTurnsMs: longestMs,
    };
  } finally {
    for (const child of children.reverse()) child.kill();
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((gone) => child.once('exit', gone))));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function at(sorted: readonly number[], part: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The edge processes that a server has started, by /proc. */
function edgesOf(server: number | undefined): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const isEdge = readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('okboxbox edge');
      return isEdge && Number(fieldsOf(pid)[1]) === server ? [pid] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** Ticks of the processor that a process has used, from Linux's /proc/PID/stat, fields 14 and 15. */
function cpuTicks(pid: number | undefined): number {
  const fields = fieldsOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}

/** Fields of /proc/PID/stat from the third on. */
function fieldsOf(pid: number | undefined): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
