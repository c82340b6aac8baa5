import type { SocketGroup } from '@okboxbox/protocol';
import { MODE } from './mode.js';

/** One phone of hundreds in a tunnel is nobody's alarm; an output on air is. */
export function isFew(affected: readonly SocketGroup[], count: number, all: number): boolean {
  return (
    count <= MODE.bounds.few.raise * all && !affected.some(({ role }) => role === 'overlay' || role === 'director')
  );
}
