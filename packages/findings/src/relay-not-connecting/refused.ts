import type { Finding, FindingStep, OpsSnapshot, RelayRefusal } from '@okboxbox/protocol';
import { causeOf } from '../failure-mode.js';
import { earlier, eventIds, figure, finding, inWords, limitOf, running } from '../finding.js';
import { MODE } from './mode.js';

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

/** Frames a second below which nobody feeds a show. */
const FED_HZ = 0.5;

/** How bad it is: where the show is fed all the same, or only what was kept of before is refused, nobody misses a picture. */
function severityOf(snapshot: OpsSnapshot, { show = null, why, feedsAnother }: RelayRefusal): Finding['severity'] {
  const own = running(snapshot).filter((session) => show === null || session.show === show);
  const fed = own.filter(({ relays, framesPerSec }) => relays.length > 0 && framesPerSec >= FED_HZ);
  // Of one whose show is not known, each that is not fed may be meant; of one show, a newer session may have taken over.
  const isFed = show === null ? own.length > 0 && fed.length === own.length : fed.length > 0;
  const isOnlyKept = feedsAnother === true && own.length === fed.length;
  return isFed || isOnlyKept ? 'warning' : causeOf(MODE, CAUSE_OF_REFUSAL[why]).severity;
}

/** What to do where a relay keeps records of a show that its token does not cover, and feeds another. */
function stepForKept(snapshot: OpsSnapshot, { show, user }: RelayRefusal): FindingStep {
  const fed = [...new Set(running(snapshot).flatMap((session) => (session.relays.length > 0 ? [session.show] : [])))];
  return {
    text: `The relay of ${user} keeps records of "${show}" from an earlier run. If they are needed, make a token for this show as well and set it as RELAY_TOKEN in its relay.env. Otherwise do nothing: what it captures now is sent.`,
    command: `okboxbox token --role relay --show ${[...fed.filter((each) => each !== show), show].join(' ')} --ttl 12h`,
  };
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
        severity: severityOf(snapshot, refusal),
        since: refusal.firstAt,
        summary: `A relay is refused: ${refusal.message}`,
        ...(refusal.feedsAnother && {
          summary: `A relay keeps records of show "${refusal.show}", which its token does not cover. It feeds another show.`,
          nextStep: stepForKept(snapshot, refusal),
        }),
        because:
          refusal.capability === null
            ? refusal.message
            : `${refusal.message} Missing capability: ${refusal.capability}.`,
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
          {
            cause: 'never_seen',
            because: `a relay tried to connect ${inWords(snapshot.at - refusal.at)} ago, so its network works`,
          },
          { cause: 'kill_switch', because: 'a relay with its kill switch on does not connect' },
          ...(['token', 'version', 'origin'] as const)
            .filter((why) => why !== refusal.why)
            .map((why) => ({ cause: CAUSE_OF_REFUSAL[why], because: `the refusal's code is ${refusal.code}` })),
        ],
      }),
    );
}
