import type { Finding, OpsSession } from '@okboxbox/protocol';

/** How bad it is that nobody feeds a session: one that has never had a frame has nothing to lose but its viewers' time. */
export function severityWithoutRelay({ framesTotal, viewers }: OpsSession): Finding['severity'] {
  if (framesTotal > 0) return 'critical';
  return viewers.live + viewers.broadcast > 0 ? 'warning' : 'info';
}
