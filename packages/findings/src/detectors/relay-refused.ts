import type { Finding, OpsSnapshot, RelayRefusal } from '@okboxbox/protocol';
import { RELAY_NOT_CONNECTING as MODE } from '../catalogue/relay-not-connecting.js';
import { earlier, eventIds, figure, finding, inWords, limitOf, running } from '../detector.js';

const CAUSE_OF_REFUSAL = { token: 'refused_token', version: 'refused_version', origin: 'refused_origin' } as const;

/** Refusals that still count, each for a while; the server forgets those to whose show a relay has come since. */
export function refusalsNow(snapshot: OpsSnapshot): readonly RelayRefusal[] {
  const bound = MODE.bounds.refusedMs;
  return snapshot.relays.refused.filter((refusal) => {
    const isBelieved = earlier(snapshot, MODE.code, scopeOf(refusal), CAUSE_OF_REFUSAL[refusal.why]) !== undefined;
    return snapshot.at - refusal.at <= limitOf(bound, isBelieved) && !mayBeIn(snapshot, refusal);
  });
}

/** Whether one of which the show is not known may have been let in since: one came, and no session misses its relay. */
function mayBeIn(snapshot: OpsSnapshot, { show = null, at, joined }: RelayRefusal): boolean {
  if (show !== null || running(snapshot).some(({ relays }) => relays.length === 0)) return false;
  return joined ?? (snapshot.relays.newestAt ?? 0) >= at;
}

/** Refusals that may be why a session is without its relay: for its show, or for one that is not known. */
export function refusalsOf(snapshot: OpsSnapshot, show: string): readonly RelayRefusal[] {
  return refusalsNow(snapshot).filter((refusal) => (refusal.show ?? show) === show);
}

function scopeOf({ show = null }: RelayRefusal): Finding['scope'] {
  return show === null ? {} : { show };
}

/** Relays that ask to be let in and are not: the newest refusal of each kind and show. */
export function refused(snapshot: OpsSnapshot): Finding[] {
  const newest = new Map<string, RelayRefusal>();
  for (const refusal of refusalsNow(snapshot)) {
    const key = `${refusal.why} ${refusal.show ?? ''}`;
    if (refusal.at > (newest.get(key)?.at ?? 0)) newest.set(key, refusal);
  }
  const all = [...newest.values()];
  // One of no known show that has asked no more since another began to may be that one, with another token.
  const isFollowed = ({ why, show = null, at }: RelayRefusal) =>
    show === null && all.some((other) => other.why === why && (other.show ?? null) !== null && other.firstAt > at);
  return all
    .filter((refusal) => !isFollowed(refusal))
    .map((refusal) =>
      finding(snapshot, MODE, CAUSE_OF_REFUSAL[refusal.why], {
        scope: scopeOf(refusal),
        since: refusal.firstAt,
        summary: `A relay asks to be let in and is refused: ${refusal.message}`,
        because:
          refusal.capability === null ? refusal.message : `${refusal.message} What is missing: ${refusal.capability}.`,
        evidence: [
          figure('refused.code', refusal.code),
          figure('refused.capability', refusal.capability),
          figure(
            'refused.count',
            refusal.count,
            1,
            eventIds(snapshot, ['relay:disconnected'], ({ reason }) =>
              String(reason).startsWith(`refused_${refusal.why}`),
            ),
          ),
          ...(refusal.user == null ? [] : [figure('refused.user', refusal.user)]),
          figure('refused.agoMs', snapshot.at - refusal.at, MODE.bounds.refusedMs.raise),
        ],
        ruledOut: [
          { cause: 'never_seen', because: `a relay called ${inWords(snapshot.at - refusal.at)} ago: its line is fine` },
          { cause: 'kill_switch', because: 'one with its kill switch on does not call' },
          ...(['token', 'version', 'origin'] as const)
            .filter((why) => why !== refusal.why)
            .map((why) => ({ cause: CAUSE_OF_REFUSAL[why], because: `the refusal's code is ${refusal.code}` })),
        ],
      }),
    );
}
