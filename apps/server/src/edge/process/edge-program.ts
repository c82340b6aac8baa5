import { createLog } from '../../log.js';
import { serverTokens } from '../../server-tokens.js';
import { StartError } from '../http/listen.js';
import { startEdge } from './edge.js';
import type { EdgeOrder, EdgeWord } from './edge-workers.js';

/**
 * The program of an edge process: does what the server that started it says, until that says stop or is gone. A signal to
 * all processes of a terminal or a service is the server's: it drains its edges in its own time.
 */
process.title = 'okboxbox edge';
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

const tell = (word: EdgeWord) => void process.send?.(word);

async function run(order: EdgeOrder): Promise<void> {
  const { config, path, key, name, webDir } = order;
  const log = createLog(config.logLevel, name);
  const edge = await startEdge({ config, path, key, name, webDir, log, tokens: await serverTokens(config, Date.now) });
  edge.onOwnerGone(() => process.exit(0));
  process.on('message', (word) => {
    if (word === 'stop') void edge.close().finally(() => process.exit(0));
  });
  tell({ said: 'listening', port: edge.port });
}

process.once('disconnect', () => process.exit(0));
process.once('message', (order: EdgeOrder) => {
  run(order).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    tell({ said: 'failed', message, isStartError: error instanceof StartError });
    // What was told must leave before this process does.
    setImmediate(() => process.exit(1));
  });
});
tell({ said: 'started' });
