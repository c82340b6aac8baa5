import { asTyped, type Capability, type ErrorCode, type Refusal } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { EventWindows, type Limits } from '../access/limits.js';
import { SharedAnswer } from '../channel/shared-json.js';
import { OwnerRefusal } from '../directory/owner-refusal.js';
import type { Logger } from '../log.js';
import type { Subsystem, Taps } from '../taps.js';
import { closeWhereFull } from './close-socket.js';
import { sendAnswer } from './finished-bytes.js';
import type { MessageName, Messages } from './messages.js';

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

/** One socket call, declared once: its checks and its place in `/api/asyncapi.json` are made from this. */
export interface SocketCall<S extends z.ZodType = z.ZodType, A extends MessageName = MessageName> {
  readonly event: string;
  /** What it does, for the document. */
  readonly about: string;
  /** The capability that it needs for the show or session; `null` where it needs none. */
  readonly right: Capability | null;
  readonly input: S;
  /** What the acknowledgement has beside `ok: true`. */
  readonly answer: A;
}

/** Calls by name, each with its own types. */
export function declareSocketCalls<const C extends Readonly<Record<string, SocketCall>>>(calls: C): C {
  return calls;
}

/** What calls are limited by, and where failures are reported. */
export interface CallDeps {
  readonly log: Logger;
  readonly taps?: Taps;
  /** How often clients may call; absent: without limit. */
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
export function answerCall<S extends z.ZodType, A extends MessageName>(
  socket: Socket,
  { event, input }: SocketCall<S, A>,
  deps: CallDeps,
  call: (input: z.infer<S>, more: unknown) => Promise<Messages[A] | SharedAnswer> | Messages[A] | SharedAnswer,
): void {
  socket.on(event, (...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (ack: object) => void) : () => undefined;
    const run = async () => {
      if (deps.limits !== undefined) await limitCall(socket, event, deps.limits);
      const parsed = input.safeParse(args[0]);
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
        (error: unknown): Refusal => refusalOf(error, args[0], event, socket, deps),
      )
      .then((ack) => {
        if (!(ack instanceof SharedAnswer)) acknowledge(ack);
        else sendAnswer(socket, acknowledge, { ok: true, ...ack.own }, ack.shared);
        // A refusal waits here as well as an answer does.
        if (closeWhereFull(socket))
          deps.log.warn({ socketId: socket.id, event }, 'a client sends calls and does not read the answers');
      });
  });
}

function refusalOf(failure: unknown, input: unknown, event: string, socket: Socket, { log, taps }: CallDeps): Refusal {
  const error = failure instanceof OwnerRefusal ? new CallRefused(failure.code, failure.message) : failure;
  const from: Subsystem = event.startsWith('relay:') ? 'relay' : 'gateway';
  if (error instanceof CallRefused) {
    const { code, message, capability, retryAfterMs } = error;
    // The limit has reported it already.
    if (code !== 'rate_limited') {
      const refused = { from, socketId: socket.id, where: event, code, message, capability: capability ?? null, input };
      taps?.refusal.emit?.(refused);
    }
    return {
      ok: false,
      error: {
        code,
        message: asTyped(message),
        ...(capability && { capability }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    };
  }
  taps?.failure.emit?.(from, event, error);
  log.error({ err: error, event }, 'a socket call failed');
  return {
    ok: false,
    error: { code: 'internal', message: `${event} failed on the server. The cause is in the server's log.` },
  };
}
