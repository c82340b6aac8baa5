import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM, startProgram } from '@okboxbox/drills';
import { WebSocket } from 'ws';
import { ask, later, message } from './processes.js';

/**
 * What a crowd that watches a published show of 60 cars costs the server: over sockets, as segments straight from the
 * server, and as segments through an nginx cache, each with as many viewers; then as many requests as one cache of this
 * machine answers. Needs nginx and wrk (Debian packages of the same names). CPU is of the server's process, without what
 * it takes with no viewers; `wrk` shares the machine with all else.
 */

const VIEWERS = 500;
const MEASURED_S = 12;
const POLL_MS = 1_050;
const TICKS_A_SECOND = 100;
const FLOOD_CONNECTIONS = 256;
const POINTER = '/api/public/shows/crowd/now.json';

interface Received {
  readonly messages: number;
  readonly bytes: number;
  readonly failed: number;
}

const [role, ...given] = process.argv.slice(2);
if (role === 'sockets') await watchBySocket(given[0] ?? '');
else if (role === 'segments') await watchBySegments(given[0] ?? '');
else if (['nginx', 'wrk'].some((tool) => spawnSync(tool, ['-v']).error !== undefined))
  console.error('public-segments needs nginx and wrk, and one of them is not installed: apt-get install nginx wrk');
else await compare();

async function compare(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-segments-'));
  const port = 20_000 + (process.pid % 5_000) * 2;
  const [server, cache] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`];
  const children: ChildProcess[] = [];
  const start = (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = startProgram(args, { env }).process;
    children.push(child);
    return child;
  };
  const token = (forRole: string) =>
    execFileSync(process.execPath, [PROGRAM, 'token', '--role', forRole, '--data', dir], { encoding: 'utf8' }).trim();
  try {
    const origin = start(['server', '--port', String(port), '--data', dir], {
      LOG_LEVEL: 'warn',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    while (!(await fetch(`${server}/api/health/ready`).catch(() => null))?.ok) await later(50);
    start(['relay', '--source', 'demo:1,cars=60,minutes=60', '--show', 'crowd', '--relay-id', 'rig'], {
      RELAY_BACKENDS: server,
      RELAY_TOKEN: token('relay'),
    });
    await publish(server, token('director'));
    children.push(spawn('nginx', ['-p', dir, '-c', nginxOf(dir, port)], { stdio: ['ignore', 'ignore', 'inherit'] }));
    while (!(await fetch(`${cache}${POINTER}`).catch(() => null))?.ok) await later(50);
    const idle = await cpuOver(origin, MEASURED_S);
    for (const [way, kind, url] of [
      ['sockets', 'sockets', server],
      ['segments, no cache', 'segments', server],
      ['segments, nginx cache', 'segments', cache],
    ] as const) {
      const seen = logLines(dir).length;
      const readers = fork(fileURLToPath(import.meta.url), [kind, url]);
      children.push(readers);
      await message(readers);
      await ask<Received>(readers, 'count');
      const cpu = Math.max(0, (await cpuOver(origin, MEASURED_S)) - idle);
      const { messages, bytes, failed } = await ask<Received>(readers, 'count');
      readers.kill();
      report({
        way,
        viewers: VIEWERS,
        answersPerSec: Math.round(messages / MEASURED_S),
        failed,
        originCpuShare: cpu / MEASURED_S,
        originUsPerViewerSecond: (cpu * 1e6) / MEASURED_S / VIEWERS,
        bytesPerViewerSecond: Math.round(bytes / MEASURED_S / VIEWERS),
        ...(url === cache && hits(logLines(dir).slice(seen))),
      });
    }
    await flood(dir, cache, origin, idle);
  } finally {
    for (const child of children.reverse()) child.kill();
    await later(1_000);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As many requests as one cache answers here: a pointer, then the newest segment that it names, on each connection. */
async function flood(dir: string, cache: string, origin: ChildProcess, idle: number): Promise<void> {
  const script = join(dir, 'readers.lua');
  writeFileSync(
    script,
    `local headers = { ["Accept-Encoding"] = "gzip" }
local newest = nil
function request()
  local name = newest
  newest = nil
  if name then return wrk.format("GET", "/api/public/shows/crowd/s/" .. name .. ".json", headers) end
  return wrk.format("GET", "${POINTER}", headers)
end
function response(status, _, body)
  local names = string.match(body, '"segments":%[(.-)%]')
  if names then newest = string.match(names, '"([^"]+)"$') end
end
`,
  );
  const seen = logLines(dir).length;
  const before = cpuSeconds(origin);
  const wrk = spawn('wrk', ['-t1', `-c${FLOOD_CONNECTIONS}`, `-d${MEASURED_S}s`, '--latency', '-s', script, cache], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  wrk.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await new Promise((closed) => wrk.once('close', closed));
  const cpu = Math.max(0, cpuSeconds(origin) - before - idle);
  await later(1_500);
  const answered = logLines(dir).slice(seen);
  const perSec = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  report({
    way: 'segments, nginx cache, as many as it gives',
    viewers: Math.round((perSec * POLL_MS) / 2_000),
    answersPerSec: Math.round(perSec),
    failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    p99: /99%\s+(\S+)/.exec(text)?.[1] ?? null,
    originCpuShare: cpu / MEASURED_S,
    originUsPerRequest: (cpu * 1e6) / answered.length,
    ...hits(answered),
  });
}

function report(figures: Readonly<Record<string, unknown>>): void {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value,
  ]);
  console.log(JSON.stringify({ bench: 'public-segments', ...Object.fromEntries(rounded) }));
}

/** How nginx answered, by the lines of its log: a status of the cache and bytes each. */
function hits(lines: readonly string[]): object {
  const hit = lines.filter((line) => line.startsWith('HIT')).length;
  return { hitRate: hit / lines.length, originRequestsPerSec: (lines.length - hit) / MEASURED_S };
}

function logLines(dir: string): string[] {
  return readFileSync(join(dir, 'access.log'), 'utf8').split('\n').slice(0, -1);
}

async function publish(server: string, director: string): Promise<void> {
  for (;;) {
    await fetch(`${server}/api/shows/crowd/acts/publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${director}` },
      body: JSON.stringify({ published: true }),
    });
    if ((await fetch(`${server}${POINTER}`)).ok) return;
    await later(200);
  }
}

/** Writes nginx's settings, all of whose files are in the bench's own folder. */
function nginxOf(dir: string, port: number): string {
  const path = join(dir, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(dir, `temp-${kind}`)};`)
    .join('\n  ');
  writeFileSync(
    path,
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${join(dir, 'nginx.pid')}; error_log ${join(dir, 'error.log')} warn; worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  ${temporary}
  log_format status '$upstream_cache_status $body_bytes_sent';
  access_log ${join(dir, 'access.log')} status buffer=64k flush=1s;
  proxy_cache_path ${join(dir, 'cache')} keys_zone=segments:4m max_size=64m;
  keepalive_requests 1000000;
  upstream origin { server 127.0.0.1:${port}; keepalive 16; }
  server {
    listen 127.0.0.1:${port + 1} backlog=4096;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection '';
      proxy_cache segments;
      proxy_cache_lock on;
    }
  }
}
`,
  );
  return path;
}

async function cpuOver(child: ChildProcess, seconds: number): Promise<number> {
  const before = cpuSeconds(child);
  await later(seconds * 1_000);
  return cpuSeconds(child) - before;
}

/** Processor time that a process has had, in s. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Tells the bench that all viewers are there, and, each time it asks, what they have received since the time before. */
function reports(received: { messages: number; bytes: number; failed: number }): void {
  process.on('message', () => {
    process.send?.({ ...received });
    Object.assign(received, { messages: 0, bytes: 0, failed: 0 });
  });
  process.send?.('ready');
}

/** The viewers of pages on sockets, without a token. */
async function watchBySocket(url: string): Promise<void> {
  const received = { messages: 0, bytes: 0, failed: 0 };
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const join_ = JSON.stringify(['session:join', { show: 'crowd', audience: 'broadcast', picture: 'public' }]);
  for (let i = 0; i < VIEWERS; i++) {
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(address, { perMessageDeflate: false });
      socket.once('error', reject);
      socket.on('message', (data: Buffer) => {
        received.bytes += data.length;
        const text = data.toString();
        if (text.startsWith('42["feed"')) received.messages += 1;
        else if (text.startsWith('0')) socket.send('40{"clientKind":"public"}');
        else if (text.startsWith('40')) socket.send(`420${join_}`);
        else if (text.startsWith('430[{"ok":true')) resolve();
        else if (text === '2') socket.send('3');
      });
      // As pages do.
      setInterval(() => socket.send('42["feed:beat",{"at":null,"rttMs":1}]'), 2_000);
    });
  }
  reports(received);
}

/** The viewers of pages that read segments: each asks for the pointer and for the segments that are new to it. */
async function watchBySegments(url: string): Promise<void> {
  const received = { messages: 0, bytes: 0, failed: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const load = (path: string, viewer: number) =>
    new Promise<string>((resolve) => {
      // Each viewer has an address of its own, as far as the server can tell.
      const headers = { 'accept-encoding': 'gzip', 'x-forwarded-for': `10.1.${viewer >> 8}.${viewer & 255}` };
      const asked = get(`${url}${path}`, { agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const body = Buffer.concat(parts);
          if (answer.statusCode === 200) received.messages += 1;
          else received.failed += 1;
          received.bytes += body.length;
          resolve(answer.statusCode === 200 ? body.toString() : '');
        });
      });
      asked.on('error', () => {
        received.failed += 1;
        resolve('');
      });
    });
  const poll = async (viewer: number, seq: number | null): Promise<number | null> => {
    const text = await load(POINTER, viewer);
    if (text === '') return seq;
    const pointer = JSON.parse(text) as { seq: number; segments: string[] };
    const behind = pointer.seq - (seq ?? pointer.seq);
    const names = behind > 0 ? pointer.segments.slice(-behind) : [];
    for (const name of names) await load(`/api/public/shows/crowd/s/${name}.json`, viewer);
    return pointer.seq;
  };
  const watch = async (viewer: number) => {
    await later(Math.random() * POLL_MS);
    for (let seq: number | null = null; ; ) {
      const next = later(POLL_MS);
      seq = await poll(viewer, seq);
      await next;
    }
  };
  for (let viewer = 0; viewer < VIEWERS; viewer++) void watch(viewer);
  await later(3 * POLL_MS);
  reports(received);
}
