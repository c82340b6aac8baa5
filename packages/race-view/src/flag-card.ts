import type { FeedState } from '@okboxbox/protocol';
import { hasFinished } from './finished.js';
import { flagShown } from './flags.js';
import { PHASES } from './phases.js';

/** What a flag graphic says. */
export interface FlagCard {
  /** The flag's colour, or `none` for a state without a flag. */
  readonly colour: string;
  readonly words: string;
  /** What else is out: the race's own flag, where a director has cued another one. */
  readonly also: { readonly colour: string; readonly words: string } | null;
}

/**
 * The cued flag, or the race's own. Before the start it says where the field stands: no sim tells its start lights, and
 * none are made up. A session that was cut off has ended without a chequered flag, whatever is cued.
 */
export function flagCard(feed: FeedState): FlagCard | null {
  const { clock, onAir, session } = feed;
  const isCutOff = session.status === 'ended' && !hasFinished(feed);
  if (isCutOff) return { colour: 'none', words: 'Session ended', also: null };
  const own = ownFlag(feed);
  const cued = onAir.flag === null ? null : flagShown([onAir.flag.flag]);
  if (cued !== null && cued.colour !== 'none') {
    const isOther = own !== null && own.colour !== cued.colour && own.colour !== 'green' && own.colour !== 'none';
    return { ...cued, also: isOther ? own : null };
  }
  if (cued !== null) return { colour: 'none', words: wordsOf(onAir.flag?.flag ?? ''), also: null };
  if (own !== null) return { ...own, also: null };
  return clock.phase === 'racing' ? { colour: 'green', words: 'Green', also: null } : null;
}

/** Whether the race itself shows something that viewers should see without a cue: any flag but green, or the start. */
export function flagIsOut(feed: FeedState): boolean {
  const own = ownFlag(feed);
  return own !== null && own.colour !== 'green' && feed.session.status === 'live';
}

function ownFlag({ clock }: FeedState): { readonly colour: string; readonly words: string } | null {
  const flag = flagShown(clock.flags);
  const isStart = clock.phase === 'grid' || clock.phase === 'formation';
  if (flag.colour !== 'none' && !(isStart && flag.colour === 'green')) return flag;
  return isStart && clock.phase !== null ? { colour: 'none', words: PHASES[clock.phase] } : null;
}

/** A flag without a colour of its own, in words: `repair` as `Repair`. */
function wordsOf(flag: string): string {
  return flag.charAt(0).toUpperCase() + flag.slice(1);
}
