import type { CueSet } from '@okboxbox/protocol';
import type { Clock } from '../../clock.js';
import { feedStateOf } from '../audience/feed-view.js';
import type { Session } from '../session/session.js';
import { slotsOf, withScene } from './cues.js';
import { DeskError } from './desk-error.js';
import type { WayBack } from './undo-stack.js';
import { cueBack, type WayBackDeps } from './ways-back.js';

/** What came of a cue. */
export interface CueOutcome {
  /** The scene that was cued before. */
  readonly from: string | null;
  /** `null` where nothing is different. */
  readonly back: WayBack | null;
  /** The instant in the picture at which what is cued leaves, in ms; `null`: it stays. */
  readonly until: number | null;
}

/**
 * Cues onto a running session of a show.
 * @throws DeskError where there is none, or nothing of it has aired that could be cued onto now; CueError where a car is not in the picture
 */
export function giveCue(
  deps: WayBackDeps & { readonly clock: Clock },
  session: Session | null,
  show: string,
  { set, scene, when = 'picture', forMs = null }: CueSet,
): CueOutcome {
  const { broadcasts, clock } = deps;
  if (session === null) throw new DeskError(`The show "${show}" has no running session: there is nothing to cue.`);
  const broadcast = broadcasts.of(show);
  const aired = broadcast.session(session.id)?.audience(0)?.aired?.state;
  if (when === 'now' && aired === undefined) {
    throw new DeskError('Nothing of this session has aired yet: cue with the picture instead.');
  }
  const picture = when === 'now' && aired !== undefined ? aired : feedStateOf(session.state, null);
  const now = when === 'now' ? broadcast.position() : clock.now();
  const before = session.state.onAir;
  const until = forMs === null ? null : now + forMs;
  const slots = withScene(slotsOf(set, picture, until), scene);
  // An earlier cue that has not aired is replaced by the one that airs now. Undo brings it back no earlier than it was due.
  const cuedBy = broadcast.session(session.id)?.newestAt ?? session.state.at;
  const at = broadcasts.cue(session, slots, when);
  const onAirBefore =
    when === 'now' && aired !== undefined
      ? [
          { at, onAir: aired.onAir },
          { at: cuedBy, onAir: before },
        ]
      : [{ at, onAir: before }];
  const given = { sessionId: session.id, set, scene, slots, before: onAirBefore };
  return { from: before.scene, back: cueBack(deps, show, given), until };
}
