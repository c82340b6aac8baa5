import { measureCrowd } from './crowd.js';

/**
 * The same 3,000 viewers of a session of 60 cars at 10 Hz, at one process and at two edge processes (`EDGE_WORKERS=2`), one
 * after the other, twice: processor time of the owner and of the edges, what a message costs, and the longest turns of the
 * owner's event loop. The viewers run on the same machine, so how late messages come is told and not to be compared.
 */

const VIEWERS = 3_000;

for (let round = 1; round <= 2; round++) {
  for (const edgeWorkers of [0, 2]) {
    console.log(JSON.stringify({ bench: 'edge-workers', round, ...(await measureCrowd(VIEWERS, edgeWorkers)) }));
  }
}
