import type { OpsSnapshot } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import type { Detector } from './failure-mode.js';
import { finding } from './finding.js';
import { MODE as RELAY_NOT_CONNECTING } from './relay-not-connecting/mode.js';
import { BOX_MS, beforeOf, Detectors, LEFT_OUT_MS, runDetectors } from './run-detectors.js';
import { healthy } from './testing/healthy-night.js';

const finds: Detector = {
  code: 'RELAY_NOT_CONNECTING',
  notYet: () => null,
  look: (snapshot) => [
    finding(snapshot, RELAY_NOT_CONNECTING, 'gone', { summary: 'gone', because: 'it went', evidence: [] }),
  ],
};
const findsNothing: Detector = { code: 'CLOCK_DRIFT', notYet: () => null, look: () => [] };
const throws: Detector = {
  code: 'DB_LATENCY',
  notYet: () => null,
  look: () => {
    throw new TypeError('no such figure');
  },
};

/** A clock of which each detector takes so much, in ms. */
function taking(...spans: readonly number[]) {
  let now = 0;
  let calls = 0;
  return () => {
    if (calls % 2 === 1) now += spans[Math.floor(calls / 2)] ?? 0;
    calls += 1;
    return now;
  };
}
const codes = (look: { readonly findings: readonly { code: string; cause: string }[] }) =>
  look.findings.map(({ code, cause }) => `${code}/${cause}`);

describe('the detectors', () => {
  it('tell those that found nothing from those that have not looked', () => {
    const waits: Detector = { ...findsNothing, code: 'DB_LATENCY', notYet: () => 'The server has just started.' };
    const look = runDetectors(healthy(), [findsNothing, waits]);
    expect(look).toEqual({
      findings: [],
      clear: ['CLOCK_DRIFT'],
      skipped: [{ code: 'DB_LATENCY', because: 'The server has just started.' }],
    });
  });

  it('find what they find although one of them throws, and that is a finding, too', () => {
    const look = runDetectors(healthy(), [throws, findsNothing, finds]);
    expect(codes(look)).toEqual(['DETECTOR_FAILED/threw', 'RELAY_NOT_CONNECTING/gone']);
    expect(look.findings[0]).toMatchObject({ scope: { detector: 'DB_LATENCY' }, severity: 'warning' });
    expect(look.clear).toEqual(['CLOCK_DRIFT']);
  });

  it('leave one out for a while that took too long three times in a row, and then try it again', () => {
    const detectors = new Detectors([finds], taking(BOX_MS + 1, BOX_MS + 1, BOX_MS + 1, 1));
    const at = (ms: number) => detectors.look({ ...healthy(), at: healthy().at + ms });
    for (const ms of [0, 2_000, 4_000]) expect(codes(at(ms))).toEqual(['RELAY_NOT_CONNECTING/gone']);
    expect(codes(at(6_000))).toEqual(['DETECTOR_FAILED/took_too_long']);
    expect(at(4_000 + LEFT_OUT_MS - 1).skipped).toHaveLength(1);
    expect(codes(at(4_000 + LEFT_OUT_MS))).toEqual(['RELAY_NOT_CONNECTING/gone']);
  });

  it('forgive one that was slow now and then', () => {
    const detectors = new Detectors([finds], taking(BOX_MS + 1, BOX_MS + 1, 1, BOX_MS + 1, BOX_MS + 1, 1));
    for (let i = 0; i < 6; i++) expect(codes(detectors.look(healthy()))).toEqual(['RELAY_NOT_CONNECTING/gone']);
  });

  it('leave one out at once that took ten times too long', () => {
    const detectors = new Detectors([finds, findsNothing], taking(BOX_MS * 11, 1, 1, 1));
    detectors.look(healthy());
    const again = detectors.look(healthy());
    expect(codes(again)).toEqual(['DETECTOR_FAILED/took_too_long']);
    expect(again.clear).toEqual(['CLOCK_DRIFT']);
  });

  it('say since when it is so, from look to look', () => {
    const first = runDetectors(healthy(), [finds]);
    const later: OpsSnapshot = { ...healthy(), at: healthy().at + 10_000, before: beforeOf(first.findings) };
    expect(runDetectors(later, [finds]).findings[0]?.since).toBe(healthy().at);
  });
});
