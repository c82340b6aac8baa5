import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../../config.js';
import type { EdgeLinks } from '../../link/edge-links.js';
import type { Logger } from '../../log.js';
import { EDGES_FILE, socketPath } from '../../socket-path.js';
import { listenAtPath, StartError } from '../http/listen.js';
import { type RunningEdges, type StartEdges, startEdgeWorkers } from './edge-workers.js';

export interface ThroughEdgesOptions {
  readonly config: ServerConfig;
  readonly links: EdgeLinks;
  readonly key: string;
  readonly webDir: string | null;
  readonly log: Logger;
  readonly startEdges?: StartEdges | undefined;
}

/**
 * Has a server listen at a socket file in its data folder, which only its owner can open, and starts the edge processes
 * that listen at its port in its place.
 * @throws StartError where the socket file cannot be made, or the port cannot be used
 */
export async function listenThroughEdges(http: FastifyInstance, options: ThroughEdgesOptions): Promise<RunningEdges> {
  const { config, links, key, webDir, log, startEdges = startEdgeWorkers } = options;
  const where = socketPath(config.dataDir, EDGES_FILE);
  if (where === null) {
    throw new StartError(
      `EDGE_WORKERS is ${config.edgeWorkers}, and the path of DATA_DIR (${config.dataDir}) is too long for a socket file. Use a shorter one, or leave EDGE_WORKERS out.`,
    );
  }
  const { path, release } = where;
  try {
    // The data folder is locked: a file that is there was left by a server that was killed.
    if (process.platform !== 'win32') await rm(path, { force: true });
    await listenAtPath(http, path);
    links.attach(http.server);
    const edges = await startEdges({ config, path, key, webDir, log, unanswered: (name) => links.unanswered(name) });
    return {
      port: edges.port,
      list: () => edges.list(),
      close: async () => {
        await edges.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}
