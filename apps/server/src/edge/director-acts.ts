import type { z } from 'zod';
import { deny, denyFollow, type Visitor } from '../access/visitor.js';
import type { Directory } from '../directory/directory.js';
import { followedBy } from '../directory/following.js';
import type { ShowDesk } from '../directory/show-desk.js';
import { AnsweredOnce } from '../sockets/answered-once.js';
import { CallRefused } from '../sockets/calls.js';
import type { Messages } from '../sockets/messages.js';
import { DIRECTOR_CALLS, DIRECTOR_RIGHT } from './director-calls.js';

/** A director's call by its name in `DIRECTOR_CALLS`. `join` is no act: it ties a socket to a desk. */
export type ActName = Exclude<keyof typeof DIRECTOR_CALLS, 'join'>;
/** What a call takes, as its schema reads it. */
export type ActInput<N extends ActName> = z.infer<(typeof DIRECTOR_CALLS)[N]['input']>;
/** What a call answers with, beside `ok: true`. */
export type ActAnswer<N extends ActName> = Messages[(typeof DIRECTOR_CALLS)[N]['answer']];

export interface DirectorActsDeps {
  readonly directory: Directory;
  /** What links that people are given begin with; `null` where that is not configured. */
  readonly publicUrl: string | null;
}

/** A show that a call is about, its desk, and the caller. */
interface Call {
  readonly show: string;
  readonly who: string;
  readonly desk: ShowDesk;
  readonly deps: DirectorActsDeps;
}

/** A call names a show, or a session of one. */
interface Named {
  readonly show?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
}

type Runs = { readonly [N in ActName]: (call: Call, input: ActInput<N>) => Promise<ActAnswer<N>> };

const delayOf = async ({ show, desk }: Call) => ({ show, ...(await desk.delay(show)) });

/** What each call comes to, asked of the show's owner. */
const RUNS: Runs = {
  delay: delayOf,
  setDelay: async (call, { delayMs, publicExtraMs, mode = 'glide' }) => {
    const stored = await call.desk.setDelay(call.show, call.who, { delayMs, publicExtraMs }, mode);
    return { ...(await delayOf(call)), ...stored };
  },
  pause: async (call) => {
    const stored = await call.desk.pause(call.show, call.who);
    return { ...(await delayOf(call)), ...stored };
  },
  resume: async (call) => {
    const stored = await call.desk.resume(call.show, call.who, 'jump');
    return { ...(await delayOf(call)), ...stored };
  },
  finish: async ({ show, who, desk }, { results, publish }) => {
    // Its schema takes either `publish` or `cancel`.
    if (publish === undefined) return { show, ...(await desk.cancelFinish(show, who)) };
    return { show, ...(await desk.finish(show, who, { forMs: results?.forMs, publish })) };
  },
  publish: async ({ show, who, desk }, { published }) => {
    const stored = await desk.publish(show, who, published);
    return { show, published, ...stored };
  },
  match: async ({ show, who, desk }, { at, agoMs = 0, picture = 'graphics', mode = 'glide' }) => {
    const matched = await desk.match(show, who, { at, agoMs, picture, mode });
    return { ...matched, show };
  },
  moments: async ({ show, desk }, { car }) => ({ moments: await desk.moments(show, car) }),
  follow: async ({ show, who, desk }, { sessionId, relayId }) =>
    desk.follow(show, who, relayId === undefined ? { sessionId: sessionId ?? '' } : { relayId }),
  cue: async ({ show, who, desk }, cue) => {
    await desk.cue(show, who, cue);
    return { show };
  },
  scene: async ({ show, who, desk }, { scene, replaces, name = '', delete: isDeleted, when }) => {
    if (scene !== undefined) await desk.saveScene(show, who, scene, replaces);
    else if (isDeleted) await desk.deleteScene(show, who, name);
    else await desk.cueScene(show, who, name, when);
    return { show };
  },
  look: async ({ show, who, desk }, { look }) => {
    const stored = await desk.setLook(show, who, look);
    return { show, ...stored };
  },
  camera: async ({ show, who, desk }, { car }) => desk.camera(show, who, car === undefined ? { next: true } : { car }),
  undo: async ({ show, who, desk }, { id }) => ({ show, ...(await desk.undo(show, who, id)) }),
  auto: async ({ show, who, desk }, { on, rules }) => {
    const stored = await desk.auto(show, who, { on, rules });
    return { show, ...stored };
  },
  createLink: async ({ show, who, desk, deps }, { label, onlySession, sessionId, kind, overlay, ttlMs }) => {
    const only = onlySession ? (sessionId ?? followedBy(deps.directory.show(show).following)) : null;
    const wanted = { show, kind, overlay, label: label || null, sessionId: only, ttlMs, createdBy: who };
    const link = await desk.createLink(wanted);
    return { link: { ...link, viewers: 0 }, url: `${deps.publicUrl ?? ''}/l/${link.code}` };
  },
  revokeLink: async ({ show, who, desk }, { code }) => {
    const stored = await desk.revokeLink(show, who, code);
    return { show, ...stored };
  },
};

/**
 * What directors do to a show (contract, section 5), the same by socket and by HTTP: checks the right, does what comes
 * twice with one `requestId` once, and leaves the rest to the show's owner.
 */
export class DirectorActs {
  readonly #deps: DirectorActsDeps;
  // Of all callers: a call is repeated on another connection where its answer was lost with the connection.
  readonly #once = new AnsweredOnce();
  readonly #listeners = new Set<(show: string) => void>();

  constructor(deps: DirectorActsDeps) {
    this.#deps = deps;
  }

  /** Calls a listener with a show after each call on it, also one that failed; returns the way to stop. */
  onActed(listener: (show: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Looks whether a visitor may make a call, before what it takes is read: what is wrong with that is nobody else's affair.
   * @throws CallRefused as `run` does
   */
  check(name: ActName, visitor: Visitor, named: Pick<Named, 'show' | 'sessionId'>): void {
    callOn(this.#deps.directory, visitor, name, named);
  }

  /**
   * Makes a call that its schema has read, where the visitor may. With `only`, nothing is there but what is of that show.
   * @throws CallRefused where the visitor may not direct what it names, or that is not there; OwnerRefusal where it cannot
   * be done
   */
  async run<N extends ActName>(name: N, visitor: Visitor, input: ActInput<N>, only?: string): Promise<ActAnswer<N>> {
    const { directory } = this.#deps;
    const { show, who } = callOn(directory, visitor, name, input);
    if (only !== undefined && show !== only) throw new CallRefused('not_found', `"${only}" has no such session.`);
    const { event } = DIRECTOR_CALLS[name];
    try {
      return await this.#once.answer([who, event, show], (input as Named).requestId, async () => {
        const { desk } = await directory.ownerOf(show);
        const run: (call: Call, input: ActInput<N>) => Promise<ActAnswer<N>> = RUNS[name];
        return run({ show, who, desk, deps: this.#deps }, input);
      });
    } finally {
      for (const listener of this.#listeners) listener(show);
    }
  }
}

/**
 * The show that a call is about, and who calls.
 * @throws CallRefused where the visitor may not direct what it names, or that is not there.
 */
export function callOn(
  directory: Pick<Directory, 'session'>,
  visitor: Visitor,
  name: keyof typeof DIRECTOR_CALLS,
  { show, sessionId }: Named,
): { readonly show: string; readonly who: string } {
  const summary = sessionId === undefined ? undefined : directory.session(sessionId)?.summary;
  const named = { show: show ?? summary?.show ?? '', sessionId: sessionId ?? '' };
  // A token that is limited to sessions directs those, and not whatever the show is on next.
  const place = show === undefined && summary === undefined ? undefined : named;
  const denial = name === 'follow' ? denyFollow(visitor, place) : deny(visitor, DIRECTOR_RIGHT, place);
  if (denial) throw new CallRefused(denial.code, denial.message, denial.capability);
  if (named.show === '') throw new CallRefused('not_found', `There is no session "${sessionId}".`);
  return { show: named.show, who: visitor.kind === 'token' ? visitor.claims.sub : '' };
}
