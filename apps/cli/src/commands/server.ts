import { ConfigError, DataDirError, readConfig, StartError, startServer } from '@okboxbox/server';
import { keepFilesPrivate } from '@okboxbox/sources';
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
  readonly url: string;
  readonly signInCode: string | null;
}

/** Runs the server until it is told to stop. */
export async function server(options: ServerCommandOptions): Promise<void> {
  process.title = 'okboxbox server';
  keepFilesPrivate();
  const stopped = untilStopped();
  const running = await start(options);
  if (process.send) {
    const ready: ServerReady = { type: 'ready', url: running.url, signInCode: running.signInCode() };
    process.send(ready);
  } else {
    const code = running.signInCode();
    process.stderr.write(`Ok, Box Box serves ${running.url}\n`);
    if (code !== null) process.stderr.write(`Sign in once with ${running.url}/#code=${code}\n`);
  }
  await stopped;
  await running.close();
}

async function start(options: ServerCommandOptions): ReturnType<typeof startServer> {
  try {
    const env = environmentWith({ PORT: options.port, HOST: options.host, DATA_DIR: options.data });
    const { publish } = options;
    const config = readConfig(env, userFolder());
    return await startServer({ config, version, webDir: WEB_DIR, ...(publish !== undefined && { publish }) });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DataDirError || error instanceof StartError) {
      throw new CommandFailed(error.message);
    }
    throw error;
  }
}
