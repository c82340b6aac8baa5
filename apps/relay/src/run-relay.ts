import { randomUUID } from 'node:crypto';
import { printable, RELAY_PROTOCOL_VERSION, type RelayStatus, type SessionLine } from '@okboxbox/protocol';
import { monotonicClock, type PaceClock, type SimState, SourceError } from '@okboxbox/sims';
import { Agent } from './agent.js';
import { CameraRequests } from './camera-control.js';
import { mayShowCamera } from './camera-right.js';
import { type CaptureOptions, captureSource, SIM_STATE_TEXTS } from './capture-source.js';
import type { RelayConfig } from './config.js';
import { type DebugServer, openDebugServer } from './debug/debug-server.js';
import { situationOf } from './debug/situation.js';
import { type Output, Reporter, reportLine } from './report.js';
import { shownUrl } from './shown-url.js';
import { Spool } from './spool/spool.js';
import type { StreamEnd } from './spool/stream-folder.js';
import { watchStandStill } from './stand-still.js';
import { RefusedError } from './target.js';
import { tellTargetStates } from './target-state.js';
import { RateRequests, Targets } from './targets.js';
import { VitalSigns } from './vital-signs.js';

/** A configuration that may change while the relay runs. */
export interface LiveConfig {
  readonly current: RelayConfig;
  /** Why what stands in its file now is not in force; `null` where it is. */
  readonly trouble?: string | null;
  onChange(listener: (config: RelayConfig) => void): void;
}

/** What a relay is run with. */
export interface RelayOptions extends CaptureOptions {
  readonly config: LiveConfig;
  readonly relayId: string;
  /** Show that the race belongs to; absent: the token's. */
  readonly show?: string;
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly version: string;
  readonly clock?: PaceClock;
  readonly random?: () => number;
  /** Whether there is a local page for the driver. */
  readonly debug?: boolean;
}

/** How a run of a relay ended, and what it captured. */
export interface RelayOutcome {
  readonly reason: 'finished' | 'stopped' | 'failed';
  readonly message?: string;
  readonly captured: number;
  readonly dropped: number;
}

/** How long a relay that is stopped tries to hand over what it still has. */
const FLUSH_MS = 2_000;
const STATUS_MS = 5_000;

/**
 * Runs a relay: what the source gives is stamped, spooled and sent until the source ends or the signal comes. It
 * leaves no connection, timer or file open; what a server had not taken by then stays in the spool for the next run.
 */
export async function runRelay(options: RelayOptions): Promise<RelayOutcome> {
  const { config, source, output } = options;
  const clock = options.clock ?? monotonicClock;
  const capture = { now: () => clock.now(), epoch: Date.now() - clock.now() };
  const say = (text: string) => (reporter ? reporter.say(text) : output.write(`${printable(text)}\n`));
  let reporter: Reporter | null = null;
  let simState: SimState | null = null;
  const spool = await Spool.open({
    dir: config.current.spoolDir,
    backends: () => config.current.backends,
    maxBytes: () => config.current.spoolMaxBytes,
    say,
  });
  const rates = new RateRequests();
  const camera = new CameraRequests({ source, settings: () => config.current, say });
  let refused: (error: RefusedError) => void = () => undefined;
  const refusal = new Promise<never>((_, reject) => {
    refused = reject;
  });
  refusal.catch(() => undefined);
  const tellState = tellTargetStates(
    say,
    () => clock.now(),
    () => targets.wanted.length,
  );
  const targets: Targets = new Targets(
    {
      spool,
      isPaced: !source.info.playback || options.speed !== null,
      now: () => clock.now(),
      captureNow: () => capture.epoch + capture.now(),
      random: options.random ?? Math.random,
      onState: (target, state) => {
        if (state.state === 'waiting' || state.state === 'off') rates.forget(target);
        tellState(target, state);
        // A desk that opens with the show is not to wait for what this relay can do.
        if (state.state === 'streaming') target.report(status());
      },
      onRate: (target, request) => {
        if (!rates.take(target, request)) return;
        say(
          request.maxHz === null
            ? `${shownUrl(target.url)} takes every frame again.`
            : `${shownUrl(target.url)} asks for ${request.maxHz} frames a second at most (${request.because}).`,
        );
      },
      onCamera: (target, request) => camera.take(request, shownUrl(target.url)),
      onSessionEnded: (stream) => {
        if (agent.beginAnew(stream))
          say('The server has ended this session: what is captured from now on is a new one.');
      },
      say,
    },
    // One server of several that refuses is no reason to keep the race from the others.
    (error) => {
      // Nor is it one to lose what a running sim shows: that waits until the refusal is settled.
      if (targets.wanted.length <= 1 && source.info.playback) refused(error as RefusedError);
      else say(`A server refuses this relay: ${error.message}`);
    },
  );
  const agent: Agent = new Agent({
    spool,
    clock: capture,
    spec: source.info.spec,
    greet: (session) => greetingOf(options, session),
    maxHz: () => rates.maxHz,
    ownFields: () => config.current.ownFields,
    mayShowCamera: () => mayShowCamera(config.current.token),
    discards: () => config.current.killSwitch && config.current.killDiscard,
    onDrop: (because) => say(`A record was dropped: ${because}`),
    onSpooled: () => targets.wake(),
  });
  const signs = new VitalSigns(clock, capture, () => agent.counters.frames);
  reporter = new Reporter(output, () =>
    reportLine({
      source: source.info.spec,
      sim: simState && SIM_STATE_TEXTS[simState],
      targets: targets.wanted,
      captured: agent.counters,
      queue: spool.fill(capture.epoch + capture.now()),
      rate: signs.look().rateHz,
      maxHz: rates.maxHz,
      now: clock.now(),
    }),
  );
  const status = (): RelayStatus => ({
    version: options.version,
    source: source.info.spec,
    ...(simState && { simState }),
    maxHz: rates.maxHz,
    ...(camera.control !== null && { camera: camera.control }),
    queue: { ...spool.fill(capture.epoch + capture.now()) },
    cars: agent.field.now,
    ...signs.look(),
  });
  const reporting = setInterval(() => targets.report(status()), STATUS_MS);
  reporting.unref();
  const unwatchStandStill = watchStandStill(clock, say);
  const startedAt = clock.now();
  const debug: DebugServer | null = options.debug
    ? await openDebugServer(config.current.debugPort, say, () =>
        situationOf({
          config: config.current,
          status: status(),
          targets: targets.placed,
          settingsTrouble: config.trouble ?? null,
          diskTrouble: spool.diskTrouble,
          leftAlone: spool.leftAlone,
          captured: agent.counters,
          relayId: options.relayId,
          uptimeMs: clock.now() - startedAt,
          now: clock.now(),
        }),
      )
    : null;

  config.onChange((next) => {
    void targets.apply(next);
    targets.report(status());
    if (next.killSwitch) say('The kill switch is on: nothing is sent. What is captured stays on this PC.');
  });
  if (config.current.killSwitch) say('The kill switch is on: nothing is sent. What is captured stays on this PC.');
  await targets.apply(config.current);

  const ending = new AbortController();
  const stop = () => ending.abort();
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const handedOver = async () => {
    while (!targets.areDone) await spool.changed();
  };
  const outcome = (reason: RelayOutcome['reason'], message?: string): RelayOutcome => ({
    reason,
    ...(message !== undefined && { message }),
    captured: agent.counters.frames,
    dropped: agent.counters.dropped,
  });
  let end: StreamEnd = { reason: 'failed' };
  try {
    const onState = (state: SimState) => {
      simState = state;
      say(`${source.info.spec}: ${SIM_STATE_TEXTS[state]}.`);
    };
    const fed = captureSource(options, { clock, spool, agent, onState, say, signal: ending.signal });
    const ended = await Promise.race([fed, refusal, aborted(ending.signal).then(() => 'stopped' as const)]);
    end = { reason: ended };
    agent.end(end);
    const done = handedOver();
    await Promise.race([done, refusal, ended === 'stopped' ? clock.wait(FLUSH_MS) : aborted(ending.signal)]);
    return outcome(ended === 'finished' && !targets.areDone ? 'stopped' : ended);
  } catch (error) {
    if (error instanceof RefusedError) return outcome('failed', `The server refuses this relay: ${error.message}`);
    if (!(error instanceof SourceError)) throw error;
    // The good records before the damage are handed over first.
    end = { reason: 'failed', message: error.message };
    agent.end(end);
    await Promise.race([handedOver(), refusal.catch(() => undefined), aborted(ending.signal)]);
    return outcome('failed', error.message);
  } finally {
    options.signal.removeEventListener('abort', stop);
    ending.abort();
    clearInterval(reporting);
    unwatchStandStill();
    // Those that read the server's events cannot look at this PC.
    const { doomed } = spool;
    await targets.stop(doomed === null ? end : { ...end, message: [end.message, doomed].filter(Boolean).join('; ') });
    await spool.close(end);
    await debug?.close();
    reporter.close();
    await options.record?.close();
  }
}

function greetingOf(options: RelayOptions, session: SessionLine) {
  const { info } = options.source;
  return {
    relayId: options.relayId,
    run: randomUUID(),
    version: options.version,
    protocol: RELAY_PROTOCOL_VERSION,
    source: info.kind,
    sim: info.sim,
    ...(options.show !== undefined && { show: options.show }),
    simSessionKey: session.simSessionKey,
    playback: info.playback,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
