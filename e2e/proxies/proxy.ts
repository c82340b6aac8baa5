import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../okboxbox.js';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
/** The name that the examples in `deploy/` have for the server, and the one that it has in tests. */
const EXAMPLE_NAME = 'timing.example.org';
const HOST_NAME = 'localhost';

/** Programs that the examples are for; `which` is how each says that it is there. */
const PROGRAMS = { nginx: ['-v'], caddy: ['version'] } as const;
export type ProxyProgram = keyof typeof PROGRAMS;

/** Whether tests behind a proxy can be skipped: never in CI, where they must fail instead. */
export function isWithout(program: ProxyProgram): boolean {
  return spawnSync(program, PROGRAMS[program]).error !== undefined && process.env.CI !== 'true';
}

/** An answer through a proxy. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What is asked through a proxy, and from which address of this machine. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Any of 127.0.0.0/8; by default 127.0.0.1. */
  readonly from?: string;
}

/** A proxy that runs with the example's own file, in which only ports, folders and the name are others. */
export class ReverseProxy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'okboxbox-proxy-'));
  readonly port: number;
  #child: ChildProcess | null = null;
  #said = '';

  private constructor(port: number) {
    this.port = port;
  }

  /** Starts the program before a server on `serverPort`, with a certificate that openssl makes. */
  static async start(program: ProxyProgram, serverPort: number): Promise<ReverseProxy> {
    const proxy = new ReverseProxy(await freePort());
    mkdirSync(proxy.#path('certificates'));
    const made = [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${HOST_NAME}`],
      ...['-addext', `subjectAltName=DNS:${HOST_NAME}`, '-keyout', proxy.#path('certificates/privkey.pem')],
      ...['-out', proxy.#path('certificates/fullchain.pem')],
    ];
    execFileSync('openssl', made, { stdio: 'pipe' });
    if (program === 'nginx') await proxy.#startNginx(serverPort);
    else await proxy.#startCaddy(serverPort);
    return proxy;
  }

  /** Where its clients reach it. */
  get url(): string {
    return `https://${HOST_NAME}:${this.port}`;
  }

  /** The file of the certificate that its clients trust. */
  get certificateFile(): string {
    return this.#path('certificates/fullchain.pem');
  }

  /** The certificate that its clients trust. */
  get certificate(): string {
    return readFileSync(this.certificateFile, 'utf8');
  }

  /** Lines of its access log, where it has one. */
  accessLog(): string {
    return readFileSync(this.#path('log/okboxbox.log'), 'utf8');
  }

  /** What it has printed, for a test that fails. */
  get said(): string {
    return this.#said;
  }

  /** Asks the server through the proxy. */
  ask(path: string, { method = 'GET', headers = {}, body = '', from = '127.0.0.1' }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...{ host: '127.0.0.1', port: this.port, path, method, localAddress: from, servername: HOST_NAME },
          ca: this.certificate,
          agent: false,
          headers: { host: `${HOST_NAME}:${this.port}`, ...headers },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startNginx(serverPort: number): Promise<void> {
    const httpPort = await freePort();
    for (const folder of ['log', 'cache', 'bodies']) mkdirSync(this.#path(folder));
    const upstream = readFileSync(join(DEPLOY, 'nginx/upstream.conf'), 'utf8');
    writeFileSync(this.#path('upstream.conf'), replaced(upstream, { '127.0.0.1:3001': `127.0.0.1:${serverPort}` }));
    const example = readFileSync(join(DEPLOY, 'nginx/okboxbox.conf'), 'utf8');
    writeFileSync(
      this.#path('okboxbox.conf'),
      replaced(example, {
        [`server_name ${EXAMPLE_NAME};`]: `server_name ${HOST_NAME};`,
        '/etc/nginx/okboxbox/upstream.conf': this.#path('upstream.conf'),
        '/etc/nginx/okboxbox/certificates': this.#path('certificates'),
        '/var/cache/nginx/okboxbox': this.#path('cache'),
        '/var/log/nginx': this.#path('log'),
        'listen 80;': `listen ${httpPort};`,
        'listen [::]:80;': `listen [::]:${httpPort};`,
        'listen 443 ssl http2;': `listen ${this.port} ssl http2;`,
        'listen [::]:443 ssl http2;': `listen [::]:${this.port} ssl http2;`,
      }),
    );
    // What Debian's nginx.conf is around the files of conf.d. Its worker must be able to read this folder.
    writeFileSync(
      this.#path('nginx.conf'),
      `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${this.#path('pid')}; error_log stderr notice;
       events { worker_connections 512; }
       http { client_body_temp_path ${this.#path('bodies')}; include ${this.#path('okboxbox.conf')}; }`,
    );
    await this.#run(
      'nginx',
      ['-c', this.#path('nginx.conf'), '-e', 'stderr', '-p', this.#folder],
      /start worker process /,
    );
  }

  async #startCaddy(serverPort: number): Promise<void> {
    const example = readFileSync(join(DEPLOY, 'caddy/Caddyfile'), 'utf8');
    const key = this.#path('certificates/privkey.pem');
    const site = replaced(example, {
      [`${EXAMPLE_NAME} {`]: `${HOST_NAME}:${this.port} {\n\ttls ${this.certificateFile} ${key}`,
      '127.0.0.1:3001': `127.0.0.1:${serverPort}`,
    });
    // Its own way in and its redirect from port 80 are not for a test.
    writeFileSync(this.#path('Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    await this.#run('caddy', ['run', '--config', this.#path('Caddyfile')], /serving initial configuration/);
  }

  #run(program: ProxyProgram, args: readonly string[], isUp: RegExp): Promise<void> {
    const { PATH } = process.env;
    const child = spawn(program, args, { env: { PATH, HOME: this.#folder }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    process.once('exit', () => child.kill('SIGKILL'));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${this.#said}`)));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
        if (isUp.test(this.#said)) resolve();
      });
    });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** A text with others in place of some of its own, each of which must be there: else the example is not what is tested. */
function replaced(text: string, others: Readonly<Record<string, string>>): string {
  // Comments tell the same paths and addresses to people.
  let changed = text.replace(/^\s*#.*$/gm, '');
  for (const [from, to] of Object.entries(others)) {
    if (!changed.includes(from)) throw new Error(`The example has no "${from}" any more.`);
    changed = changed.replaceAll(from, to);
  }
  return changed;
}
