/**
 * What can be wrong, by the runbook's failure modes, and the causes that are told apart within each. `NO_DATA` and
 * `DETECTOR_FAILED` are of the looking itself.
 */
export const FINDING_CAUSES = {
  RELAY_NOT_CONNECTING: [
    'never_seen',
    'gone',
    'refused_token',
    'refused_version',
    'refused_origin',
    'kill_switch',
    'paused_by_operations',
    'sends_elsewhere',
    'sim_idle',
  ],
  DASHBOARD_STALE: [
    'nobody_joined',
    'wrong_room',
    'unsubscribed',
    'buffered',
    'slow_client',
    'held_by_delay',
    'stage_stopped',
  ],
  CLOCK_DRIFT: ['clock_offset', 'backlog', 'latency', 'clock_step', 'clock_jump'],
  SUBSCRIPTIONS_STUCK: ['leaked_rooms', 'clients_never_leave', 'reconnect_storm', 'memory_elsewhere'],
  BROADCAST_DELAY_NOT_WORKING: [
    'overlay_in_live_room',
    'service_not_initialized',
    'director_lacks_capability',
    'not_published',
    'holding',
    'nothing_arriving',
  ],
  MAIN_FEED_LOST: ['others_keep_it_going', 'others_run_elsewhere'],
  DB_LATENCY: ['pool_exhausted', 'slow_query', 'server_unreachable', 'event_loop'],
  SETTINGS_NOT_STORED: ['disk_refuses'],
  NO_DATA: ['never_sampled', 'sampling_stopped'],
  DETECTOR_FAILED: ['threw', 'took_too_long'],
} as const satisfies Record<string, readonly string[]>;
export type FindingCode = keyof typeof FINDING_CAUSES;
export type FindingCause = (typeof FINDING_CAUSES)[FindingCode][number] | 'inconclusive';

export interface FindingEvidence {
  readonly name: string;
  readonly value: number | string | null;
  /** What it is held against, where it is held against something. */
  readonly threshold: number | string | null;
  /** Ids of the events that it rests on. */
  readonly events?: readonly number[];
}

/** What to do: the exact button, command or variable. */
export interface FindingStep {
  readonly text: string;
  readonly command?: string;
  /** Where in the console the button is, such as `sockets?role=overlay`. */
  readonly view?: string;
}

/** Something that is wrong, why, and what to do about it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'info' | 'warning' | 'critical';
  /** A condition lasts as long as it is so; an event has happened. */
  readonly kind: 'condition' | 'event';
  readonly since: number;
  /** What it is of: a session, a relay, sockets, or the whole server. */
  readonly scope: {
    readonly sessionId?: string;
    readonly show?: string;
    readonly relayId?: string;
    /** The detector that failed. */
    readonly detector?: FindingCode;
    /** As many as there is room for. */
    readonly socketIds?: readonly string[];
  };
  readonly summary: string;
  readonly evidence: readonly FindingEvidence[];
  readonly ruledOut: readonly { readonly cause: FindingCause; readonly because: string }[];
  readonly cause: FindingCause;
  /** In words; where the cause is `inconclusive`, what is missing to tell. */
  readonly because: string;
  readonly confidence: 'low' | 'medium' | 'high';
  readonly nextStep: FindingStep;
  /** Address of its section in the runbook. */
  readonly runbook: string;
  readonly clearsWhen: string;
  /** That it rests on what connections without a token or link have done: it is info, and no status changes by it. */
  readonly isOfStrangers?: true;
}

/** `GET /api/ops/findings`. */
export interface FindingsAnswer {
  readonly at: number;
  readonly findings: readonly Finding[];
  /** Detectors that looked, and found nothing. */
  readonly clear: readonly FindingCode[];
  /** Detectors that did not look, and why: the server has not run for long enough, or they took too long before. */
  readonly skipped: readonly { readonly code: FindingCode; readonly because: string }[];
  /** Those that cleared lately, newest first. */
  readonly cleared: readonly {
    readonly code: FindingCode;
    readonly cause: FindingCause;
    readonly since: number;
    readonly clearedAt: number;
  }[];
}

/** What was found before, as far as the next look needs it. */
export type FindingBefore = Pick<Finding, 'code' | 'cause' | 'since' | 'scope' | 'isOfStrangers'>;
