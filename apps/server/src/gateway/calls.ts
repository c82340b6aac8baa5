import type { Capability, ErrorCode, Refusal } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { EventWindows, type Limits } from '../access/limits.js';
import { sendAnswer } from '../hub/finished-bytes.js';
import { closeWhereFull } from '../hub/hub.js';
import { SharedAnswer } from '../hub/shared-json.js';
import type { Logger } from '../log.js';
import { SeekRefusedError } from '../session/past-states.js';
import type { Subsystem, Taps } from '../taps.js';

/** A call that is refused; becomes the acknowledgement's `error`. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: ErrorCode;
  readonly capability: Capability | undefined;
  /** How long to wait before the next try, in ms: where the code is `rate_limited`. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, capability?: Capability, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.capability = capability;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Calls that cost a whole state: all sockets of an address share a limit for them. */
const COSTLY: ReadonlySet<string> = new Set(['session:join', 'feed:resync']);
/** What each socket calls. */
const windows = new WeakMap<Socket, EventWindows>();

/** Where calls that fail are told of. */
export interface CallWorld {
  readonly log: Logger;
  readonly taps?: Taps;
  /** How much clients may call; absent: as much as they like. */
  readonly limits?: Limits;
}

/** @throws CallRefused where a socket, or its address, calls too often */
async function limitCall(socket: Socket, event: string, limits: Limits): Promise<void> {
  const own = windows.get(socket) ?? new EventWindows();
  windows.set(socket, own);
  const key = limits.keyOf(socket.request);
  let waitMs = own.take(event);
  if (waitMs > 0) limits.refused('event', key, socket.id);
  else if (COSTLY.has(event)) waitMs = await limits.take('address-join', key);
  if (waitMs === 0) return;
  throw new CallRefused('rate_limited', `${event} came too often. Wait ${waitMs} ms.`, undefined, waitMs);
}

/**
 * Answers an event of one socket: parses what came by its schema, runs the call, acknowledges. Bad input and
 * failures end in an acknowledgement with an error; nothing is thrown into the server.
 */
export function answerCall<S extends z.ZodType, T extends object>(
  socket: Socket,
  event: string,
  schema: S,
  world: CallWorld,
  call: (input: z.infer<S>, more: unknown) => Promise<T> | T,
): void {
  socket.on(event, (...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (ack: object) => void) : () => undefined;
    const run = async () => {
      if (world.limits !== undefined) await limitCall(socket, event, world.limits);
      const parsed = schema.safeParse(args[0]);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'the message';
        throw new CallRefused('bad_request', `${event}: ${where} cannot be used: ${issue?.message}.`);
      }
      return call(parsed.data, args[1]);
    };
    run()
      .then(
        (answer) => (answer instanceof SharedAnswer ? answer : { ok: true as const, ...answer }),
        (error: unknown): Refusal => refusalOf(error, args[0], event, socket, world),
      )
      .then((ack) => {
        if (!(ack instanceof SharedAnswer)) acknowledge(ack);
        else sendAnswer(socket, acknowledge, { ok: true, ...ack.own }, ack.shared);
        // A refusal waits here as well as an answer does.
        if (closeWhereFull(socket)) world.log.warn({ socketId: socket.id, event }, 'a client asks and does not read');
      });
  });
}

function refusalOf(failure: unknown, input: unknown, event: string, socket: Socket, { log, taps }: CallWorld): Refusal {
  const error = failure instanceof SeekRefusedError ? new CallRefused('not_available', failure.message) : failure;
  const from: Subsystem = event.startsWith('relay:') ? 'relay' : 'gateway';
  if (error instanceof CallRefused) {
    const { code, message, capability, retryAfterMs } = error;
    // Limits have told of theirs already.
    if (code !== 'rate_limited') taps?.refusal.hear?.(from, socket.id, event, code, message, capability ?? null, input);
    return {
      ok: false,
      error: { code, message, ...(capability && { capability }), ...(retryAfterMs !== undefined && { retryAfterMs }) },
    };
  }
  taps?.failure.hear?.(from, event, error);
  log.error({ err: error, event }, 'a socket call failed');
  return {
    ok: false,
    error: { code: 'internal', message: `${event} failed on the server; it is in the server's log.` },
  };
}
