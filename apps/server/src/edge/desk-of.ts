import type { DeskState } from '@okboxbox/protocol';
import type { Directory } from '../directory/directory.js';
import type { Viewers } from './gateway/viewer-gateway.js';

/** Gives all that the desk of a show shows: what its owner knows, and who is watching. */
export function desksOf(
  directory: Directory,
  viewers: Pick<Viewers, 'watchers' | 'viewersOfLink'>,
): (show: string) => Promise<DeskState> {
  return async (show) => {
    const { desk } = await directory.ownerOf(show);
    const { links, ...owned } = await desk.state(show);
    return {
      ...owned,
      links: links.map((link) => ({ ...link, viewers: viewers.viewersOfLink(link.code) })),
      ...viewers.watchers(show),
    };
  };
}
