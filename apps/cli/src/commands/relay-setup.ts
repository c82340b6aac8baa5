import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ConfigError, readEnvFile, readRelayConfig, shownUrl, tryServer } from '@okboxbox/relay';
import { CommandFailed, UsageError } from '../failures.js';
import { PROGRAM, userFolder } from '../place.js';

export interface SetupOptions {
  readonly server?: string;
  readonly token?: string;
  /** Start the relay whenever this user signs in to Windows; `false` undoes that. */
  readonly startWithWindows?: boolean;
}

/**
 * Asks where to send and with which token, tries both, and keeps them in `relay.env` in the user's folder. What stands in
 * there besides stays.
 */
export async function relaySetup(options: SetupOptions): Promise<void> {
  const cwd = userFolder();
  const file = join(cwd, 'relay.env');
  const before = readEnvFile(file);
  const { server, token } = await answers(options, before.RELAY_BACKENDS);
  const [url] = backendsOf({ RELAY_BACKENDS: server }, cwd);
  say(`Trying ${shownUrl(url as string)} …`);
  const refusal = await tryServer(url as string, token);
  if (refusal !== null) throw new CommandFailed(`${refusal} Nothing was saved.`);
  save(file, { RELAY_BACKENDS: server, RELAY_TOKEN: token });
  say(`The server accepts this relay. ${file} saved.`);
  if (options.startWithWindows !== undefined) startWithWindows(options.startWithWindows, cwd);
  say('Start the relay, then the sim.');
}

async function answers(
  options: SetupOptions,
  serverBefore: string | undefined,
): Promise<{ server: string; token: string }> {
  if (options.server !== undefined && options.token !== undefined) {
    return { server: options.server, token: options.token };
  }
  if (!process.stdin.isTTY) {
    throw new UsageError('relay setup asks questions on a terminal. Without one, give --server URL and --token TOKEN');
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const usual = serverBefore ?? 'http://127.0.0.1:3001';
    const server = options.server ?? ((await asking.question(`Server URL [${shownUrl(usual)}]: `)).trim() || usual);
    const token = options.token ?? (await asking.question('Token from the league: ')).trim();
    return { server, token };
  } finally {
    asking.close();
  }
}

function backendsOf(env: Readonly<Record<string, string>>, cwd: string): readonly string[] {
  try {
    return readRelayConfig(env, {}, cwd).backends;
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(error.message);
    throw error;
  }
}

/** Puts variables into the file in place of what they were; everything else in it stays. */
function save(file: string, variables: Readonly<Record<string, string>>): void {
  const lines = existsSync(file)
    ? readFileSync(file, 'utf8')
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/)
    : [];
  const isOld = (line: string) => Object.keys(variables).some((name) => new RegExp(`^\\s*${name}\\s*=`).test(line));
  const kept = lines.filter((line, i) => !isOld(line) && !(line === '' && i === lines.length - 1));
  const put = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  // The token is a secret of this user's.
  writeFileSync(`${file}.new`, `${[...kept, ...put].join('\n')}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** A file in the user's Startup folder: Windows runs it at each sign-in, and anybody can see and delete it there. */
function startWithWindows(wanted: boolean, cwd: string): void {
  const { APPDATA } = process.env;
  if (process.platform !== 'win32' || APPDATA === undefined) {
    throw new CommandFailed('--start-with-windows works on Windows only. The other settings were saved.');
  }
  const folder = join(APPDATA, 'Microsoft', 'Windows', 'Start Menu', 'Programs', 'Startup');
  const file = join(folder, 'okboxbox-relay.cmd');
  if (!wanted) {
    rmSync(file, { force: true });
    say('The relay no longer starts with Windows.');
    return;
  }
  mkdirSync(folder, { recursive: true });
  const isProgram = process.execPath.toLowerCase().endsWith('okboxbox-relay.exe');
  const command = isProgram ? `"${process.execPath}"` : `"${process.execPath}" "${PROGRAM}" relay --source iracing`;
  writeFileSync(file, `@echo off\r\ncd /d "${cwd}"\r\nstart "Ok, Box Box relay" /min ${command}\r\n`);
  say(`The relay starts with Windows: ${file}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
