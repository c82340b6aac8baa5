import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, startProgram } from '@okboxbox/drills';
import type { FeedMessage } from '@okboxbox/protocol';
import { io, type Socket } from 'socket.io-client';

/**
 * A race night on one machine: five relays feed five sessions of 60 cars at 10 Hz, and 500 viewers watch, 100 each.
 * Everything is as in a league's evening: real processes, the embedded database, sockets over loopback.
 */

const SESSIONS = 5;
const VIEWERS_EACH = 100;
const WARM_UP_S = 8;
const MEASURED_S = 20;
const TICKS_A_SECOND = 100;

const dataDir = mkdtempSync(join(tmpdir(), 'bench-night-'));
const port = 20_000 + (process.pid % 10_000);
const url = `http://127.0.0.1:${port}`;
const children: ChildProcess[] = [];

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = startProgram(args, { env }).process;
  children.push(child);
  return child;
};
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const token = (role: string) =>
  execFileSync(process.execPath, [PROGRAM, 'token', '--role', role, '--data', dataDir], { encoding: 'utf8' }).trim();

try {
  const server = start(['server', '--port', String(port), '--data', dataDir], { LOG_LEVEL: 'silent' });
  while (!(await fetch(`${url}/api/health/ready`).catch(() => null))?.ok) await pause(0.02);
  const relayEnv = { RELAY_BACKENDS: url, RELAY_TOKEN: token('relay') };
  for (let n = 0; n < SESSIONS; n++) {
    start(
      ['relay', '--source', `demo:${n},cars=60,minutes=60`, '--show', `show-${n}`, '--relay-id', `rig-${n}`],
      relayEnv,
    );
  }
  const auth = { token: token('team') };
  await pause(2);

  const ages: number[] = [];
  let isMeasured = false;
  const lastSeq = new Map<Socket, number>();
  let gaps = 0;
  const sockets = Array.from({ length: SESSIONS * VIEWERS_EACH }, () =>
    io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false }),
  );
  await Promise.all(
    sockets.map(async (socket, i) => {
      socket.on('feed', (message: FeedMessage) => {
        const before = lastSeq.get(socket);
        if (before !== undefined && message.seq !== before + 1) gaps += 1;
        lastSeq.set(socket, message.seq);
        if (isMeasured && message.at !== null) ages.push(Date.now() - message.at);
      });
      const joined = await socket.emitWithAck('session:join', { show: `show-${i % SESSIONS}`, audience: 'live' });
      if (!joined.ok) throw new Error(joined.error.message);
      lastSeq.set(socket, Math.max(joined.seq, lastSeq.get(socket) ?? 0));
    }),
  );
  await pause(WARM_UP_S);
  const before = cpuTicks(server.pid);
  isMeasured = true;
  await pause(MEASURED_S);
  isMeasured = false;
  const cpu = (cpuTicks(server.pid) - before) / TICKS_A_SECOND / MEASURED_S;
  ages.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      bench: 'race-night',
      relays: SESSIONS,
      sessions: SESSIONS,
      cars: 60,
      viewers: sockets.length,
      messagesPerSec: Math.round(ages.length / MEASURED_S),
      serverCores: Math.round(cpu * 100) / 100,
      serverMb: Math.round(residentKb(server.pid) / 1024),
      receivedToShownP50Ms: at(ages, 0.5),
      receivedToShownP99Ms: at(ages, 0.99),
      gaps,
    }),
  );
  for (const socket of sockets) socket.disconnect();
} finally {
  for (const child of children.reverse()) child.kill();
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
  rmSync(dataDir, { recursive: true, force: true });
}

function at(sorted: readonly number[], part: number): number {
  return Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
}

/** Ticks of the processor that a process has used, from Linux's /proc/PID/stat, fields 14 and 15. */
function cpuTicks(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function residentKb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
