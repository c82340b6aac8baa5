import { SharedJson } from '../../channel/shared-json.js';
import type { SessionState } from '../session/session-state.js';
import { timingAnswerOf } from './feed-view.js';

/** The timing answers of running sessions, each made once for everyone who asks before its state changes. */
export class LiveTimings {
  readonly #made = new WeakMap<SessionState, { readonly revision: number; readonly json: SharedJson }>();

  of(state: SessionState): SharedJson {
    const { revision } = state;
    const known = this.#made.get(state);
    if (known?.revision === revision) return known.json;
    const json = new SharedJson(JSON.stringify(timingAnswerOf(state)));
    this.#made.set(state, { revision, json });
    return json;
  }
}
