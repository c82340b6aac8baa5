import { DRILL_CALLS } from '../drills/drill-calls.js';
import { DIRECTOR_CALLS } from '../edge/director-calls.js';
import { VIEWER_CALLS } from '../edge/gateway/viewer-calls.js';
import { AUTO_CALLS } from '../edge/http/auto-calls.js';
import type { Call } from '../edge/http/call.js';
import { DIAGNOSTICS_CALLS } from '../edge/http/diagnostics.js';
import { DOCUMENT_CALLS } from '../edge/http/documents.js';
import { LOGO_CALLS } from '../edge/http/logo-calls.js';
import { PUBLIC_CALLS } from '../edge/http/public-calls.js';
import { SESSION_CALLS } from '../edge/http/routes.js';
import { SEGMENT_CALLS } from '../edge/http/segment-calls.js';
import { SHOW_CALLS } from '../edge/http/show-actions.js';
import { SHOWN_CALLS } from '../edge/http/shown-calls.js';
import { TOPIC_CALLS } from '../edge/http/topic-calls.js';
import { ACTION_CALLS } from '../ops/actions/action-calls.js';
import { AUDIT_CALLS } from '../ops/actions/audit-calls.js';
import { FOLLOW_CALLS } from '../ops/actions/follow-calls.js';
import { ROOM_CALLS } from '../ops/actions/rooms-calls.js';
import { METRICS_CALLS } from '../ops/metrics/serve-metrics.js';
import { OPS_CALLS } from '../ops/ops-calls.js';
import { PACK_CALLS } from '../ops/pack/pack-calls.js';
import { TRACE_CALLS } from '../ops/trace/trace-calls.js';
import { WHY_CALLS } from '../ops/why/why-calls.js';
import type { SocketCall } from '../sockets/calls.js';
import { RELAY_CALLS } from '../sockets/relay-calls.js';

/** Every HTTP call of the server, from the tables beside their handlers: what `/api/openapi.json` is made from. */
export const CALLS: readonly Call[] = [
  DOCUMENT_CALLS,
  SESSION_CALLS,
  TOPIC_CALLS,
  PUBLIC_CALLS,
  SEGMENT_CALLS,
  SHOW_CALLS,
  SHOWN_CALLS,
  LOGO_CALLS,
  AUTO_CALLS,
  DIAGNOSTICS_CALLS,
  OPS_CALLS,
  WHY_CALLS,
  TRACE_CALLS,
  PACK_CALLS,
  ACTION_CALLS,
  FOLLOW_CALLS,
  ROOM_CALLS,
  AUDIT_CALLS,
  METRICS_CALLS,
  DRILL_CALLS,
].flatMap((calls): Call[] => Object.values(calls));

/** Every socket call, by namespace: what `/api/asyncapi.json` is made from, with `SENT_EVENTS`. */
export const SOCKET_CALLS: Readonly<Record<'viewers' | 'relays', readonly SocketCall[]>> = {
  viewers: [...Object.values(VIEWER_CALLS), ...Object.values(DIRECTOR_CALLS)],
  relays: Object.values(RELAY_CALLS),
};
