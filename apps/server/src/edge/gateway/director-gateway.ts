import type { CueSet, ShowFollow, ShowFollowed } from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { z } from 'zod';
import type { Limits } from '../../access/limits.js';
import { deny, type Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import type { Directory } from '../../directory/directory.js';
import { followedBy } from '../../directory/following.js';
import type { ShowDesk } from '../../directory/show-desk.js';
import { AnsweredOnce } from '../../sockets/answered-once.js';
import { answerCall, CallRefused, type SocketCall } from '../../sockets/calls.js';
import type { SocketHello } from '../../sockets/handshake.js';
import type { MessageName, Messages } from '../../sockets/messages.js';
import type { Taps } from '../../taps.js';
import { followChoice } from '../follow-choice.js';
import { DIRECTOR_CALLS, DIRECTOR_RIGHT } from './director-calls.js';
import { OpenDesks, type OpenDesksDeps } from './open-desks.js';

export interface DirectorDeps extends OpenDesksDeps {
  readonly channel: EdgeChannel;
  /** What links that people are given begin with; `null` where that is not configured. */
  readonly publicUrl: string | null;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** A show that a call is about, its desk, and the caller. */
interface Call {
  readonly show: string;
  readonly who: string;
  readonly desk: ShowDesk;
}

/** The socket calls of directors (contract, section 5): checks the right, and leaves the rest to the show's owner. */
export function serveDirectors(io: Server, deps: DirectorDeps): { close(): void } {
  const desks = new OpenDesks(deps);
  // Of all connections: a call is repeated on another one where its answer was lost with the connection.
  const once = new AnsweredOnce();
  io.on('connection', (socket) => {
    const { visitor } = socket.data as SocketHello;
    serveDirector(socket, visitor, deps, desks, once);
    socket.on('disconnect', () => desks.leave(socket));
  });
  const unlisten = deps.channel.onShow((show) => desks.changed(show));
  return {
    close: () => {
      unlisten();
      desks.close();
    },
  };
}

function serveDirector(
  socket: Socket,
  visitor: Visitor,
  deps: DirectorDeps,
  desks: OpenDesks,
  once: AnsweredOnce,
): void {
  const { directory } = deps;

  /** Answers a call on a show that the visitor may direct; open desks are sent what it changes. */
  const answer = <S extends z.ZodType<Named>, A extends MessageName>(
    declared: SocketCall<S, A>,
    run: (call: Call, input: z.infer<S>) => Promise<Messages[A]>,
  ) => {
    answerCall(socket, declared, deps, async (input) => {
      const { show, who } = callOn(directory, visitor, input);
      try {
        return await once.answer([who, declared.event, show], input.requestId, async () => {
          const { desk } = await directory.ownerOf(show);
          return run({ show, who, desk }, input);
        });
      } finally {
        desks.changed(show);
      }
    });
  };
  const delayOf = async ({ show, desk }: Call) => ({ show, ...(await desk.delay(show)) });

  answer(DIRECTOR_CALLS.join, async ({ show }) => ({ desk: await desks.join(show, socket) }));
  answer(DIRECTOR_CALLS.delay, delayOf);
  answer(DIRECTOR_CALLS.setDelay, async (call, { delayMs, mode = 'glide' }) => {
    const stored = await call.desk.setDelay(call.show, call.who, delayMs, mode);
    return { ...(await delayOf(call)), ...stored };
  });
  answer(DIRECTOR_CALLS.pause, async (call) => {
    const stored = await call.desk.pause(call.show, call.who);
    return { ...(await delayOf(call)), ...stored };
  });
  answer(DIRECTOR_CALLS.resume, async (call) => {
    const stored = await call.desk.resume(call.show, call.who, 'jump');
    return { ...(await delayOf(call)), ...stored };
  });
  answer(DIRECTOR_CALLS.publish, async ({ show, who, desk }, { published }) => {
    const stored = await desk.publish(show, who, published);
    return { show, published, ...stored };
  });
  answer(DIRECTOR_CALLS.match, async ({ show, who, desk }, { at, agoMs = 0, mode = 'glide' }) => {
    const matched = await desk.match(show, who, { at, agoMs, mode });
    return { ...matched, show };
  });
  answer(DIRECTOR_CALLS.moments, async ({ show, desk }, { car }) => {
    return { moments: await desk.moments(show, car) };
  });
  answerCall(socket, DIRECTOR_CALLS.follow, deps, (input) => follow(deps, visitor, input));
  answer(DIRECTOR_CALLS.cue, async ({ show, who, desk }, cue: CueSet) => {
    await desk.cue(show, who, cue);
    return { show };
  });
  answer(DIRECTOR_CALLS.saveScene, async ({ show, who, desk }, { scene, replaces }) => {
    await desk.saveScene(show, who, scene, replaces);
    return { show };
  });
  answer(DIRECTOR_CALLS.deleteScene, async ({ show, who, desk }, { name }) => {
    await desk.deleteScene(show, who, name);
    return { show };
  });
  answer(DIRECTOR_CALLS.createLink, async ({ show, who, desk }, { label, onlySession, sessionId, ...call }) => {
    const only = onlySession ? (sessionId ?? followedBy(directory.show(show).following)) : null;
    const link = await desk.createLink({
      show,
      kind: call.kind,
      overlay: call.overlay,
      label: label || null,
      sessionId: only,
      ttlMs: call.ttlMs,
      createdBy: who,
    });
    return { link: { ...link, viewers: 0 }, url: `${deps.publicUrl ?? ''}/l/${link.code}` };
  });
  answer(DIRECTOR_CALLS.revokeLink, async ({ show, who, desk }, { code }) => {
    const stored = await desk.revokeLink(show, who, code);
    return { show, ...stored };
  });
}

/** A call names a show, or a session of one. */
interface Named {
  readonly show?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
}

/** @throws CallRefused where the visitor may not direct what it names, or that is not there. */
function callOn(directory: Directory, visitor: Visitor, { show, sessionId }: Named): Omit<Call, 'desk'> {
  const summary = sessionId === undefined ? undefined : directory.session(sessionId)?.summary;
  const place = { show: show ?? summary?.show ?? '', sessionId: sessionId ?? '' };
  // A token that is limited to sessions directs those, and not whatever the show is on next.
  const denial = deny(visitor, DIRECTOR_RIGHT, show === undefined && summary === undefined ? undefined : place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (place.show === '') throw new CallRefused('not_found', `There is no session "${sessionId}".`);
  return { show: place.show, who: visitor.kind === 'token' ? visitor.claims.sub : '' };
}

/** @throws CallRefused, OwnerRefusal */
async function follow({ directory }: DirectorDeps, visitor: Visitor, input: ShowFollow): Promise<ShowFollowed> {
  const outcome = await followChoice(directory, visitor, input);
  if ('done' in outcome) return outcome.done;
  const { code, message, capability } = outcome.denial;
  throw new CallRefused(code, message, capability);
}
