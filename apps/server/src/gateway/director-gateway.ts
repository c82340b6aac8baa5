import {
  type CueSet,
  cueSet,
  type DeskState,
  delaySet,
  directorJoin,
  linkCreate,
  linkRevoke,
  matchSet,
  momentsGet,
  ofPlace,
  publishSet,
  type ShowFollow,
  type ShowFollowed,
  sceneDelete,
  sceneSave,
  showFollow,
} from '@okboxbox/protocol';
import type { Server, Socket } from 'socket.io';
import type { z } from 'zod';
import type { Limits } from '../access/limits.js';
import { LinkError } from '../access/share-links.js';
import { deny, type Visitor } from '../access/visitor.js';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import { CueError } from '../director/cues.js';
import { DeskError, type DirectorDesk } from '../director/director-desk.js';
import { followChoice } from '../director/follow.js';
import type { Logger } from '../log.js';
import type { SessionRegistry } from '../session/registry.js';
import { ShowStoreError } from '../shows/shows.js';
import type { Taps } from '../taps.js';
import { AnsweredOnce } from './answered-once.js';
import { answerCall, CallRefused } from './calls.js';
import type { SocketHello } from './handshake.js';
import type { Viewers } from './viewer-gateway.js';

export interface DirectorWorld {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
  readonly desk: DirectorDesk;
  readonly viewers: Viewers;
  readonly log: Logger;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

const CAPABILITY = 'racebox:director:control';
/** Changes of a desk that come together are told together, in ms; what nobody tells of is looked at as often as the second says. */
const TOGETHER_MS = 100;
const LOOK_MS = 1_000;

/** A show that a call is about, and who calls. */
interface Call {
  readonly show: string;
  readonly who: string;
}

/** The socket calls of directors (contract, section 5): asks for the right, and leaves the rest to the desk. */
export function serveDirectors(io: Server, world: DirectorWorld): { close(): void } {
  const desks = new OpenDesks(world);
  // Of all connections: a call is repeated on another one where its answer was lost with the connection.
  const once = new AnsweredOnce();
  io.on('connection', (socket) => {
    const { visitor } = socket.data as SocketHello;
    serveDirector(socket, visitor, world, desks, once);
    socket.on('disconnect', () => desks.leave(socket));
  });
  const stir = (show: string) => desks.stir(show);
  world.broadcasts.listen({ moved: stir, followed: stir, changed: stir });
  return { close: () => desks.close() };
}

function serveDirector(
  socket: Socket,
  visitor: Visitor,
  world: DirectorWorld,
  desks: OpenDesks,
  once: AnsweredOnce,
): void {
  const { desk, broadcasts } = world;

  /** Answers a call on a show that the visitor may direct; whatever it does, open desks hear of it. */
  const answer = <S extends z.ZodType<Named>>(
    event: string,
    schema: S,
    run: (call: Call, input: z.infer<S>) => Promise<object> | object,
  ) => {
    answerCall(socket, event, schema, world, async (input) => {
      const call = callOn(world, visitor, input);
      try {
        return await once.answer([call.who, event, call.show], input.requestId, () => run(call, input));
      } catch (error) {
        throw refusalOf(error);
      } finally {
        desks.stir(call.show);
      }
    });
  };
  const delayOf = (show: string) => {
    const { delay } = desk.state(show, world.viewers);
    const { delayMs } = broadcasts.of(show).delay;
    return { show, delayMs, delay };
  };

  answer('director:join', directorJoin, ({ show }) => {
    desks.join(show, socket);
    return { desk: desk.state(show, world.viewers) };
  });
  answer('broadcast:delay:get', ofPlace, ({ show }) => delayOf(show));
  answer('broadcast:delay:set', delaySet, async ({ show, who }, { delayMs, mode = 'glide' }) => {
    const stored = await desk.setDelay(show, who, delayMs, mode);
    return { ...delayOf(show), ...stored };
  });
  answer('broadcast:pause', ofPlace, async ({ show, who }) => {
    const stored = await desk.pause(show, who);
    return { ...delayOf(show), ...stored };
  });
  answer('broadcast:resume', ofPlace, async ({ show, who }) => {
    const stored = await desk.resume(show, who, 'jump');
    return { ...delayOf(show), ...stored };
  });
  answer('broadcast:publish', publishSet, async ({ show, who }, { published }) => {
    const stored = await desk.publish(show, who, published);
    return { show, published, ...stored };
  });
  answer('broadcast:match', matchSet, async ({ show, who }, { at, agoMs = 0, mode = 'glide' }) => ({
    ...(await desk.match(show, who, { at, agoMs, mode })),
    ...{ show },
  }));
  answer('broadcast:moments', momentsGet, ({ show }, { car }) => ({ moments: desk.moments(show, car) }));
  answerCall(socket, 'show:follow', showFollow, world, (input) => follow(world, visitor, input));
  answer('broadcast:cue', cueSet, ({ show, who }, cue: CueSet) => {
    desk.cue(show, who, cue);
    return { show };
  });
  answer('scene:save', sceneSave, async ({ show, who }, { scene, replaces }) => {
    await desk.saveScene(show, who, scene, replaces);
    return { show };
  });
  answer('scene:delete', sceneDelete, async ({ show, who }, { name }) => {
    await desk.deleteScene(show, who, name);
    return { show };
  });
  answer('link:create', linkCreate, async ({ show, who }, { kind, label, ttlMs, onlySession, sessionId }) => {
    const only = onlySession ? (sessionId ?? broadcasts.followed.of(show)?.sessionId ?? null) : null;
    const link = await desk.createLink({ show, kind, label: label || null, sessionId: only, ttlMs, createdBy: who });
    return { link: { ...link, viewers: 0 }, url: `${desk.publicUrl ?? ''}/l/${link.code}` };
  });
  answer('link:revoke', linkRevoke, async ({ show, who }, { code }) => {
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
function callOn({ registry }: DirectorWorld, visitor: Visitor, { show, sessionId }: Named): Call {
  const summary = sessionId === undefined ? undefined : registry.summary(sessionId);
  const place = { show: show ?? summary?.show ?? '', sessionId: sessionId ?? '' };
  // A token that is limited to sessions directs those, and not whatever the show is on next.
  const denial = deny(visitor, CAPABILITY, show === undefined && summary === undefined ? undefined : place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (place.show === '') throw new CallRefused('not_found', `There is no session "${sessionId}".`);
  return { show: place.show, who: visitor.kind === 'token' ? visitor.claims.sub : '' };
}

/** @throws CallRefused */
async function follow(world: DirectorWorld, visitor: Visitor, input: ShowFollow): Promise<ShowFollowed> {
  const outcome = await followChoice(world, visitor, input);
  if ('done' in outcome) return outcome.done;
  if ('failed' in outcome) throw new CallRefused(outcome.failed, outcome.message);
  const { code, message, capability } = outcome.denial;
  throw new CallRefused(code, message, capability);
}

function refusalOf(error: unknown): unknown {
  if (error instanceof CueError || error instanceof DeskError || error instanceof LinkError)
    return new CallRefused('not_available', error.message);
  if (error instanceof ShowStoreError) return new CallRefused('internal', error.message);
  return error;
}

/** Directors who have a show's desk open: each hears of every change of it. */
class OpenDesks {
  readonly #world: DirectorWorld;
  readonly #open = new Map<string, Set<Socket>>();
  readonly #told = new Map<string, string>();
  readonly #stirred = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  readonly #looking: NodeJS.Timeout;

  constructor(world: DirectorWorld) {
    this.#world = world;
    this.#looking = setInterval(() => this.#tellAll([...this.#open.keys()]), LOOK_MS);
    this.#looking.unref();
  }

  join(show: string, socket: Socket): void {
    this.leave(socket);
    this.#open.set(show, (this.#open.get(show) ?? new Set()).add(socket));
    void socket.join(`director:${show}`);
  }

  leave(socket: Socket): void {
    for (const [show, sockets] of this.#open) {
      if (!sockets.delete(socket)) continue;
      void socket.leave(`director:${show}`);
      if (sockets.size > 0) continue;
      this.#open.delete(show);
      this.#told.delete(show);
    }
  }

  /** Something of a show is another; its desks are told in a moment. */
  stir(show: string): void {
    if (!this.#open.has(show)) return;
    this.#stirred.add(show);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const shows = [...this.#stirred];
      this.#stirred.clear();
      this.#tellAll(shows);
    }, TOGETHER_MS);
  }

  close(): void {
    clearInterval(this.#looking);
    if (this.#timer) clearTimeout(this.#timer);
  }

  #tellAll(shows: readonly string[]): void {
    for (const show of shows) {
      const state: DeskState = this.#world.desk.state(show, this.#world.viewers);
      const json = JSON.stringify(state);
      if (this.#told.get(show) === json) continue;
      this.#told.set(show, json);
      for (const socket of this.#open.get(show) ?? []) socket.emit('desk', state);
    }
  }
}
