import type { RelayStatus } from '@okboxbox/protocol';
import type { AgentCounters } from '../agent.js';
import type { RelayConfig } from '../config.js';
import type { Percentiles } from '../latency.js';
import { shownUrl } from '../shown-url.js';
import type { LeftAlone } from '../spool/spool-stream.js';
import { stateInWords } from '../target-state.js';
import type { PlacedTarget } from '../targets.js';

/** What is wrong, and what to do about it, for the person at this PC. */
export interface Problem {
  readonly what: string;
  readonly doThis: string;
}

/** `/debug/health`. */
export interface HealthAnswer {
  readonly status: 'ok' | 'attention';
  readonly relayId: string;
  readonly version: string;
  readonly source: string;
  readonly simState: string | null;
  readonly uptimeMs: number;
  readonly mode: RelayConfig['mode'];
  readonly killSwitch: boolean;
  readonly sampleHz: number;
  /** Frames a second that are captured, and that servers ask for at most. */
  readonly rateHz: number;
  readonly maxHz: number | null;
  readonly queue: RelayStatus['queue'];
  readonly spool: { readonly dir: string; readonly maxBytes: number };
  readonly captured: AgentCounters;
  readonly cars: RelayStatus['cars'];
  readonly ownFields: RelayConfig['ownFields'];
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly wallStepMs: number;
  readonly problems: readonly Problem[];
}

/** One of `/debug/targets`. */
export interface TargetAnswer {
  readonly index: number;
  readonly url: string;
  readonly enabled: boolean;
  readonly primary: boolean;
  readonly state: string;
  /** The state in words. */
  readonly detail: string;
  readonly sessionId: string | null;
  readonly queueDepth: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly late: number;
  readonly dropped: number;
  /** What the server says of this PC's clock. */
  readonly clock: { readonly offsetMs: number; readonly boundMs: number } | null;
}

/** `/debug/parity`. */
export interface ParityAnswer {
  readonly mode: RelayConfig['mode'];
  readonly primaryIndex: number;
  readonly killSwitch: boolean;
  readonly sampleRate: number;
  readonly captured: number;
  readonly targets: readonly {
    readonly index: number;
    readonly url: string;
    readonly enabled: boolean;
    readonly queueDepth: number;
    readonly sent: number;
    readonly acknowledged: number;
    readonly failed: number;
    readonly dropped: number;
    /** Round trips of sampled batches, in ms. */
    readonly latencyMs: Percentiles;
  }[];
}

/** All that the local page shows. */
export interface Situation {
  readonly health: HealthAnswer;
  readonly targets: readonly TargetAnswer[];
  readonly parity: ParityAnswer;
}

export interface SituationFacts {
  readonly config: RelayConfig;
  readonly status: RelayStatus;
  readonly targets: readonly PlacedTarget[];
  /** Why what stands in `relay.env` is not in force; `null` where it is. */
  readonly settingsTrouble: string | null;
  /** Why the spool's disk takes nothing; `null` where it does. */
  readonly diskTrouble: string | null;
  /** Folders of the spool that hold something that is not sent. */
  readonly leftAlone: readonly LeftAlone[];
  readonly captured: AgentCounters;
  readonly relayId: string;
  readonly uptimeMs: number;
  readonly now: number;
}

/** Blinks a minute from which the sim seems to leave cars out. */
const MANY_BLINKS = 20;
const CLOCK_OFF_MS = 2_000;
const BEHIND_MS = 5_000;

/** Puts together what the local page and its JSON say. */
export function situationOf(facts: SituationFacts): Situation {
  const { config, status, captured } = facts;
  const problems = problemsOf(facts);
  return {
    health: {
      status: problems.length === 0 ? 'ok' : 'attention',
      relayId: facts.relayId,
      version: status.version,
      source: status.source,
      simState: status.simState ?? null,
      uptimeMs: Math.round(facts.uptimeMs),
      mode: config.mode,
      killSwitch: config.killSwitch,
      sampleHz: config.sampleHz,
      rateHz: status.rateHz,
      maxHz: status.maxHz,
      queue: status.queue,
      spool: { dir: config.spoolDir, maxBytes: config.spoolMaxBytes },
      captured: { ...captured },
      cars: status.cars,
      ownFields: config.ownFields,
      cpu: status.cpu,
      memoryBytes: status.memoryBytes,
      wallStepMs: status.wallStepMs,
      problems,
    },
    targets: facts.targets.map(({ index, target, enabled, primary }) => ({
      index,
      url: shownUrl(target.url),
      enabled,
      primary,
      state: target.state.state,
      detail: stateInWords(target.state, facts.now),
      sessionId: 'sessionId' in target.state ? target.state.sessionId : null,
      queueDepth: enabled ? target.queueDepth : 0,
      ...target.counters,
      clock: target.clock,
    })),
    parity: {
      mode: config.mode,
      primaryIndex: config.primaryIndex,
      killSwitch: config.killSwitch,
      sampleRate: config.paritySampleRate,
      captured: captured.frames,
      targets: facts.targets.map(({ index, target, enabled }) => ({
        index,
        url: shownUrl(target.url),
        enabled,
        queueDepth: enabled ? target.queueDepth : 0,
        sent: target.counters.sent,
        acknowledged: target.counters.acknowledged,
        failed: target.counters.failed,
        dropped: target.counters.dropped,
        latencyMs: target.latency,
      })),
    },
  };
}

function problemsOf(facts: SituationFacts): Problem[] {
  const { config, status, targets, settingsTrouble, diskTrouble } = facts;
  const problems: Problem[] = [];
  const put = (what: string, doThis: string) => problems.push({ what, doThis });
  if (config.killSwitch) {
    put(
      `The kill switch is on: nothing is sent, and what is captured ${config.killDiscard ? 'is thrown away' : 'waits on this PC'}.`,
      'Set RELAY_KILL_SWITCH=0 in relay.env to send again.',
    );
  }
  if (settingsTrouble !== null) {
    put(`relay.env cannot be used: ${settingsTrouble}`, 'What stood there before is in force until it can be used.');
  }
  const enabled = targets.filter((target) => target.enabled);
  if (enabled.length === 0)
    put('No server is enabled.', 'Set RELAY_TARGETS_ENABLED or RELAY_PRIMARY_INDEX in relay.env.');
  for (const { target } of enabled) {
    if (target.state.state === 'paused') {
      put(
        `${shownUrl(target.url)} has paused this relay: ${target.state.because}.`,
        'Nothing is lost: what is captured waits here, and is sent when the server lets it. Ask the person who runs the server.',
      );
    }
    if (target.state.state !== 'waiting') continue;
    put(`${shownUrl(target.url)} does not take what is sent: ${target.state.because}.`, adviceOn(target.state.because));
  }
  if (diskTrouble !== null) {
    put(
      `The spool folder ${config.spoolDir} takes nothing (${diskTrouble}): what is captured is kept in memory, up to 64 MB.`,
      'Make room on that disk, or let the servers have what waits. Nothing needs a restart.',
    );
  }
  if (status.simState === 'sim-not-running' || status.simState === 'left') {
    put('The sim is not running.', 'Start it and enter a session. This page notices.');
  }
  if (status.simState === 'replay') put('The sim shows a replay, so nothing is sent.', 'Go back to the live session.');
  const { lost, damaged = 0 } = status.queue;
  if (lost > damaged) {
    put(
      `${lost - damaged} records were lost: there was no room for them while the servers were away.`,
      'Raise RELAY_SPOOL_MAX_MB, make room on the disk of RELAY_SPOOL_DIR, or find out why the servers are away.',
    );
  }
  if (damaged > 0) {
    put(
      `${damaged} records were lost: files in the spool folder ${config.spoolDir} are damaged. The log names them.`,
      'The servers are told, and what is not damaged is sent. Check the disk.',
    );
  }
  for (const { dir, because } of facts.leftAlone) {
    put(`What lies in ${dir} is not sent: ${because}.`, 'Once that is put right, start the relay again.');
  }
  if (
    status.queue.oldestMs > BEHIND_MS &&
    !config.killSwitch &&
    enabled.some(({ target }) => target.state.state === 'streaming')
  ) {
    put(
      `What is sent is ${Math.round(status.queue.oldestMs / 1000)} s old: the line is slow, or it catches up after a break.`,
      'Wait for the queue to shrink. If it grows, lower RELAY_SAMPLE_HZ.',
    );
  }
  if (status.cars !== null && status.cars.blinksPerMin >= MANY_BLINKS) {
    put(
      `Cars come and go ${status.cars.blinksPerMin} times a minute; ${status.cars.seen} of ${status.cars.entries} are seen now.`,
      "Raise Max Cars in the sim's graphics options.",
    );
  }
  const off = enabled.find(({ target }) => Math.abs(target.clock?.offsetMs ?? 0) > CLOCK_OFF_MS)?.target.clock;
  if (off) {
    put(
      `This PC's clock is ${(Math.abs(off.offsetMs) / 1000).toFixed(1)} s ${off.offsetMs > 0 ? 'fast' : 'slow'}.`,
      'Let Windows set the time (Settings, Time & language). Timing is right all the same.',
    );
  }
  return problems;
}

/** What to do where a server does not take what is sent. */
function adviceOn(because: string): string {
  if (/protocol/i.test(because)) {
    return 'Install the program that it asks for. Nothing is lost meanwhile: what is captured waits here.';
  }
  if (/token|sign|capabilit|cover/i.test(because)) {
    return 'Ask the person who runs the server for a new token, and put it into relay.env as RELAY_TOKEN.';
  }
  return 'Check the network and RELAY_BACKENDS. Nothing is lost meanwhile: it is sent as soon as the server is there.';
}
