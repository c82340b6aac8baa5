import { asTyped } from '@okboxbox/protocol';
import {
  ConfigError,
  DataDirError,
  type RunningServer,
  readConfig,
  type ServerConfig,
  StartError,
  startServer,
} from '@okboxbox/server';
import { keepFilesPrivate } from '@okboxbox/sims';
import { CommandFailed } from '../failures.js';
import { environmentWith, userFolder, WEB_DIR } from '../place.js';
import { untilStopped } from '../stopping.js';
import { version } from '../version.js';

export interface ServerCommandOptions {
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly publish?: string;
}

/** What a server tells the `up` that started it, once it listens. */
export interface ServerReady {
  readonly type: 'ready';
  /** Where parts on this machine reach it. */
  readonly url: string;
  /** What links for people begin with. */
  readonly publicUrl: string;
  /** `null` in production, and where an identity provider signs people in. */
  readonly signInCode: string | null;
  /** Code of an overlay link of the show that is published at the start; `null` where there is none, or in production. */
  readonly overlayLink: string | null;
}

/** Runs the server until it is told to stop. */
export async function server(options: ServerCommandOptions): Promise<void> {
  process.title = 'okboxbox server';
  keepFilesPrivate();
  const stopped = untilStopped();
  const config = configOf(options);
  const running = await start(config, options);
  // What is printed in production is kept in logs that others read.
  const signInCode = config.production ? null : running.signInCode();
  if (process.send) {
    const { url, publicUrl } = running;
    const overlayLink = config.production ? null : await overlayLinkOf(running, options.publish);
    const ready: ServerReady = { type: 'ready', url, publicUrl, signInCode, overlayLink };
    // The parent may have asked this process to stop meanwhile, and no longer listen.
    if (process.connected) process.send(ready);
  } else {
    process.stderr.write(`Ok, Box Box serves ${running.publicUrl}, data folder ${config.dataDir}\n`);
    process.stderr.write(
      signInCode === null
        ? signInHint(config)
        : `Sign-in link (once, within 10 minutes): ${running.publicUrl}/#code=${signInCode}\n`,
    );
  }
  await stopped;
  await running.close();
}

/** Without it the desk makes one: a full list of links keeps no server from starting. */
async function overlayLinkOf(running: RunningServer, show: string | undefined): Promise<string | null> {
  return show === undefined ? null : running.overlayLink(show).catch(() => null);
}

/** How to sign in where no link is printed. */
function signInHint({ provider, dataDir }: ServerConfig): string {
  if (provider !== null) return 'Sign in with a token of your identity provider.\n';
  return asTyped(`To sign in, run "okboxbox sign-in --data ${dataDir}" on this machine.\n`);
}

function configOf(options: ServerCommandOptions): ServerConfig {
  try {
    const env = environmentWith({ PORT: options.port, HOST: options.host, DATA_DIR: options.data });
    return readConfig(env, userFolder());
  } catch (error) {
    throw error instanceof ConfigError ? new CommandFailed(error.message) : error;
  }
}

async function start(config: ServerConfig, { publish }: ServerCommandOptions): ReturnType<typeof startServer> {
  try {
    return await startServer({ config, version, webDir: WEB_DIR, ...(publish !== undefined && { publish }) });
  } catch (error) {
    if (error instanceof DataDirError || error instanceof StartError) throw new CommandFailed(error.message);
    throw error;
  }
}
