import type { Finding, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { earlier, figure, finding, inWords, limitOf, running } from '../finding.js';
import { MODE } from './mode.js';

/** Figures that should come and do not. What a server does not look at at all is `null` in the snapshot, and no news. */
export const noData = defineFailureMode(MODE, {
  notYet: ({ summary }) =>
    summary.uptimeMs < MODE.bounds.uptimeMs.raise ? `The server started only ${inWords(summary.uptimeMs)} ago.` : null,
  look: (snapshot) => [...history(snapshot), ...sweep(snapshot), ...clocks(snapshot)],
});

function history(snapshot: OpsSnapshot): Finding[] {
  if (snapshot.history === null) return [];
  const believed = earlier(snapshot, MODE.code, {}, 'sampling_stopped') !== undefined;
  const age = snapshot.at - snapshot.history.at;
  if (age <= limitOf(MODE.bounds.historyAgeMs, believed)) return [];
  return [
    finding(snapshot, MODE, 'sampling_stopped', {
      since: snapshot.history.at,
      summary: `The latest point of the history is ${inWords(age)} old.`,
      because: `A point is taken every ${inWords(snapshot.history.stepMs)}; the sampler is not firing, or fails.`,
      evidence: [
        figure('history.ageMs', age, MODE.bounds.historyAgeMs.raise),
        figure('eventLoop.delayMaxMs', snapshot.summary.eventLoop.delayMaxMs),
      ],
      ruledOut: [{ cause: 'never_sampled', because: 'there are points' }],
    }),
  ];
}

function sweep(snapshot: OpsSnapshot): Finding[] {
  const { rooms, at, summary } = snapshot;
  if (rooms === null) return [];
  const bound = MODE.bounds.sweepAgeMs;
  const age = rooms.sweptAt === null ? summary.uptimeMs : at - rooms.sweptAt;
  if (age <= bound.raise) return [];
  const cause = rooms.sweptAt === null ? 'never_sampled' : 'sampling_stopped';
  return [
    finding(snapshot, MODE, cause, {
      summary: `Rooms ${cause === 'never_sampled' ? 'have never been swept' : `were swept ${inWords(age)} ago`}.`,
      because: 'Leaked memberships are not detected or repaired.',
      evidence: [figure('rooms.sweptAt', rooms.sweptAt), figure('rooms.sweepAgeMs', age, bound.raise)],
    }),
  ];
}

/** Relays that do not answer for their clock. */
function clocks(snapshot: OpsSnapshot): Finding[] {
  return running(snapshot).flatMap(({ sessionId, show, relays }) =>
    relays
      .filter(
        ({ clock, connectedAt }) =>
          clock.verdict === 'unknown' && snapshot.at - connectedAt >= MODE.bounds.clockMs.raise,
      )
      .map((relay) =>
        finding(snapshot, MODE, 'never_sampled', {
          scope: { sessionId, show, relayId: relay.relayId },
          since: relay.connectedAt,
          summary: `Relay ${relay.relayId} has never reported its clock: drift cannot be measured.`,
          because: 'It does not answer clock:ping, or its answers are invalid.',
          evidence: [
            figure('relay.clock.verdict', relay.clock.verdict),
            figure('relay.connectedForMs', snapshot.at - relay.connectedAt, MODE.bounds.clockMs.raise),
            figure('relay.version', relay.version),
          ],
        }),
      ),
  );
}
