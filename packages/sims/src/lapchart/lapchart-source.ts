import { setImmediate } from 'node:timers/promises';
import type { Frame, SessionPhase, SourceRecord } from '@okboxbox/protocol';
import type { ReadOptions, Source, SourceInfo } from '../source.js';
import { classificationOf } from './classification.js';
import { driverChanges, sessionLineOf, withDriver } from './entries.js';
import { type Field, fieldOf, samplesAt } from './field.js';
import { phaseAt } from './phases.js';
import { type Chart, readChart } from './read-chart.js';

/** Frames between two turns of the event loop: a fast reader must not starve the rest. */
const FRAMES_A_TURN = 64;

/**
 * Opens a lap chart of iRacing's results service as a race that is run again, `hz` frames a second. What a
 * chart does not know, where cars were between their crossings, is made up, and the session line says so.
 * @throws SourceError where the file is not a lap chart.
 */
export async function openLapChart(path: string, spec: string, hz: number): Promise<Source> {
  return new LapChartSource(await readChart(path), spec, hz);
}

class LapChartSource implements Source {
  readonly info: SourceInfo;
  readonly #chart: Chart;
  readonly #hz: number;

  constructor(chart: Chart, spec: string, hz: number) {
    this.#chart = chart;
    this.#hz = hz;
    this.info = { kind: 'lapchart', spec, sim: 'iracing', playback: true, rateHz: hz };
  }

  async *read({ signal, onTrouble }: ReadOptions = {}): AsyncGenerator<SourceRecord> {
    for (const message of this.#chart.oddities) onTrouble?.({ message });
    let sinceTurn = 0;
    for (const record of playChart(this.#chart, this.#hz)) {
      if (signal?.aborted) return;
      yield record;
      sinceTurn += 1;
      if (sinceTurn === FRAMES_A_TURN) {
        sinceTurn = 0;
        await setImmediate();
      }
    }
  }
}

/** A chart's records in order, each made when it is asked for. */
export function* playChart(chart: Chart, hz: number): Generator<SourceRecord> {
  const field = fieldOf(chart);
  const { from, green, to } = field.phases;
  const capturedAt = (time: number) => chart.startedAt + Math.round(time * 1000);
  const changes = driverChanges(field);
  let seq = 0;
  // Samples lie on a grid through green: no lap of the race begins between two of them.
  const first = Math.ceil((from - green) * hz);
  let session = sessionLineOf(chart, field, capturedAt(sampleTime(green, first, hz)));
  yield session;
  for (let step = first; ; step++) {
    const time = sampleTime(green, step, hz);
    if (time > to) break;
    for (let change = changes[0]; change !== undefined && change.time <= time; change = changes[0]) {
      changes.shift();
      session = { ...withDriver(session, change), capturedAt: capturedAt(time) };
      yield session;
    }
    seq += 1;
    yield frameAt(field, time, seq, capturedAt(time));
  }
  yield classificationOf(field, chart.type, capturedAt(to));
}

function frameAt(field: Field, sessionTime: number, seq: number, capturedAt: number): Frame {
  const state = phaseAt(field.phases, sessionTime);
  const cars = samplesAt(field, sessionTime);
  return { kind: 'frame', seq, capturedAt, sessionTime, state, flags: flagsOf(state), cars };
}

function flagsOf(phase: SessionPhase): string[] {
  switch (phase) {
    case 'racing':
      return ['green'];
    case 'checkered':
    case 'cooldown':
      return ['checkered'];
    case 'grid':
    case 'formation':
      return [];
  }
}

/** Whole microseconds, so that a session time is as short in a recording as it looks. */
function sampleTime(green: number, step: number, hz: number): number {
  return Math.round((green + step / hz) * 1e6) / 1e6;
}
