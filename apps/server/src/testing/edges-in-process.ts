import type { Clock } from '../clock.js';
import { type RunningEdge, startEdge } from '../edge/process/edge.js';
import type { StartEdges } from '../edge/process/edge-workers.js';
import { serverTokens } from '../server-tokens.js';

/** Edges of each server of tests: the suite of edges (`npm run test:edges`) asks for two. */
export const EDGE_WORKERS = process.env.TEST_EDGE_WORKERS ?? '0';

/**
 * Edges as `EDGE_WORKERS` starts them, in the process of the test: each has its own link to the owner and its own port. The
 * server's port is that of the first; `edges` has all of them.
 */
export function edgesInProcess(
  { clock, wallNow }: { readonly clock: Clock; readonly wallNow: () => number },
  edges: RunningEdge[] = [],
): StartEdges {
  return async ({ config, path, key, webDir, log }) => {
    edges.length = 0;
    for (let nr = 1; nr <= config.edgeWorkers; nr++) {
      const own = { ...config, port: nr === 1 ? config.port : 0 };
      const tokens = await serverTokens(config, wallNow);
      edges.push(await startEdge({ config: own, path, key, name: `edge-${nr}`, webDir, log, tokens, clock, wallNow }));
    }
    return {
      port: edges[0]?.port ?? 0,
      list: () => edges.map((_, i) => ({ name: `edge-${i + 1}`, pid: process.pid, replaced: 0 })),
      close: async () => {
        await Promise.all(edges.map((edge) => edge.close()));
      },
    };
  };
}
