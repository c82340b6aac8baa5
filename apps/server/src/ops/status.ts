import type { Finding, OpsSummary } from '@okboxbox/protocol';
import type { SessionRegistry } from '../session/registry.js';

/** A hold-up of the event loop that everybody notices, in ms. */
const LOOP_MS = 1_000;

/** Whether the show is all right, and if not, why: what can be seen at once, and what has been found. */
export function statusOf(
  looked: Omit<OpsSummary, 'status' | 'because' | 'findings'>,
  registry: SessionRegistry,
  findings: readonly Finding[],
): Pick<OpsSummary, 'status' | 'because'> {
  const critical: string[] = [];
  const degraded: string[] = [];
  const failing = [...registry.live].filter(({ health }) => health.state === 'failing').length;
  if (failing > 0)
    critical.push(
      `The disk refuses the ${failing === 1 ? 'timeline of a session' : `timelines of ${failing} sessions`}.`,
    );
  if (looked.broadcastDelay.because !== null) degraded.push(looked.broadcastDelay.because);
  if (looked.database.state === 'away') degraded.push('The database is away; what it is to store comes later.');
  if (looked.database.pool.waiting > 0 && looked.database.pool.idle === 0)
    degraded.push(`${looked.database.pool.waiting} queries wait for a database connection.`);
  if (looked.sessions.stale > 0 && looked.relays.connected > 0)
    degraded.push(
      looked.sessions.stale === 1
        ? 'A session runs and gets no frames.'
        : `${looked.sessions.stale} sessions run and get no frames.`,
    );
  if (looked.eventLoop.delayMaxMs > LOOP_MS)
    degraded.push(`Something held the server up for ${Math.round(looked.eventLoop.delayMaxMs)} ms in the last minute.`);
  for (const { severity, summary } of findings) {
    if (severity === 'critical') critical.push(summary);
    if (severity === 'warning') degraded.push(summary);
  }
  const status = critical.length > 0 ? 'critical' : degraded.length > 0 ? 'degraded' : 'ok';
  return { status, because: [...critical, ...degraded] };
}
