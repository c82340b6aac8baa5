import type { Ack, Capability, ErrorCode, Refusal } from '@okboxbox/protocol';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import type { Logger } from '../log.js';

/** A call that is refused; becomes the acknowledgement's `error`. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: ErrorCode;
  readonly capability: Capability | undefined;

  constructor(code: ErrorCode, message: string, capability?: Capability) {
    super(message);
    this.code = code;
    this.capability = capability;
  }
}

/**
 * Answers an event of one socket: parses what came by its schema, runs the call, acknowledges. Bad input and
 * failures end in an acknowledgement with an error; nothing is thrown into the server.
 */
export function answerCall<S extends z.ZodType, T extends object>(
  socket: Socket,
  event: string,
  schema: S,
  log: Logger,
  call: (input: z.infer<S>) => Promise<T> | T,
): void {
  socket.on(event, (...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (ack: Ack<T>) => void) : () => undefined;
    const run = async () => {
      const parsed = schema.safeParse(args[0]);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'the message';
        throw new CallRefused('bad_request', `${event}: ${where} cannot be used: ${issue?.message}.`);
      }
      return call(parsed.data);
    };
    run().then(
      (answer) => acknowledge({ ok: true, ...answer }),
      (error: unknown) => acknowledge(refusalOf(error, event, log)),
    );
  });
}

function refusalOf(error: unknown, event: string, log: Logger): Refusal {
  if (error instanceof CallRefused) {
    const { code, message, capability } = error;
    return { ok: false, error: { code, message, ...(capability && { capability }) } };
  }
  log.error({ err: error, event }, 'a socket call failed');
  return {
    ok: false,
    error: { code: 'internal', message: `${event} failed on the server; it is in the server's log.` },
  };
}
