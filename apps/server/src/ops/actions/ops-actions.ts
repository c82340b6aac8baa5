import type { FollowChoice } from '../../directory/show-desk.js';
import type { Moved } from '../../edge/gateway/viewer.js';
import type { StoredAct } from '../../store/store.js';
import type { StoreHealth } from '../../store/store-health.js';
import type { Stored } from '../../unsaved-settings.js';

/**
 * The ways in that `node.ts` gives operations: all that they can do to a running server. What operations look at, they
 * change in no other way.
 */
export interface OpsActions {
  /** Closes a connection of a viewer or a relay, at an edge where it is at one; false where there is none of that id. */
  disconnect(socketId: string, edge: string | undefined): Promise<boolean>;
  /** Moves a viewer to the public picture of what it sees live; with `isAsked`, only says what would come of it. */
  move(socketId: string, sessionId: string | undefined, isAsked: boolean, edge: string | undefined): Promise<Moved>;
  /** Ends a running session; false where none of that id runs. */
  endSession(sessionId: string): Promise<boolean>;
  /** Follows another session of a show. @throws FollowError, ShowStoreError */
  follow(show: string, who: string, choice: FollowChoice, because: string | undefined): Promise<unknown>;
  /** An ended session's show and the version of its timing rules; `null` where none of that id has ended. */
  ended(sessionId: string): { readonly show: string; readonly rulesVersion: number } | null;
  /** Folds an ended session anew by the rules of this program; false where its timeline is not here. */
  refoldSession(sessionId: string): Promise<boolean>;
  /** Accepts what was lost of a session; false where nothing was. */
  acceptLoss(sessionId: string): Promise<boolean>;
  /** Asks a show's relay for no frames, at once; resolves when that is stored, or with why it is not. */
  pauseRelay(show: string, relayId: string, because: string): Promise<Stored>;
  /** Asks a show's relay for frames again. @throws PauseStoreError where that could not be stored: it stays paused */
  resumeRelay(show: string, relayId: string, because: string): Promise<void>;
  /** Shows in which relays of this name are paused, whether they are connected or not. */
  pausedIn(relayId: string): readonly string[];
  /** Notes who did what, behind the call. */
  audit(who: string, action: string, detail: object): void;
  /** What was noted, newest first, from behind the entry `before`; fails as a database does. */
  audits(limit: number, before?: number): Promise<readonly StoredAct[]>;
  /** What was noted and is not stored yet. */
  auditsWaiting(): number;
  /** Whether the store answers. */
  storeHealth(): StoreHealth;
}
