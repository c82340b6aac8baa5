import { randomBytes } from 'node:crypto';
import { type LinkKind, type OverlayKind, type ShareLink, USUAL_OVERLAY } from '@okboxbox/protocol';
import type { Clock } from '../clock.js';
import type { Stored } from '../unsaved-settings.js';
import type { Visitor } from './visitor.js';

/** How long a link lasts where its creator does not say, in ms. */
const USUAL_TTL_MS = 7 * 24 * 3_600_000;
/** A link that is given out anew lasts at least this much longer, in ms: through one evening. */
const LASTING_MS = 24 * 3_600_000;
/** Links of one show that are kept; expired and revoked ones make room for new ones. */
const MAX_LINKS = 200;

/** A link as it is stored with its show. */
export type StoredLink = Omit<ShareLink, 'viewers'>;

/** A show's links. */
export interface LinksOfShow {
  readonly show: string;
  readonly links: readonly StoredLink[];
}

/** A change of a show's links; one that `closes` opens less than before, and is in force before it is stored. */
export interface LinksChange {
  readonly next: { readonly links: StoredLink[] };
  readonly closes: boolean;
}

/** Where links are stored: what share links need of the shows. */
export interface LinkStore {
  all(): readonly LinksOfShow[];
  get(show: string): LinksOfShow;
  /** Calls a listener with a show's links each time they change, when the change takes effect. */
  onChange(listener: (links: LinksOfShow, before: LinksOfShow) => void): void;
  change(show: string, make: (links: LinksOfShow) => LinksChange): Promise<Stored>;
}

/** What a new link is to be. */
export interface WantedLink {
  readonly show: string;
  readonly kind: LinkKind;
  /** For the kind `overlay`: which one; the usual one where it is left out. */
  readonly overlay?: OverlayKind | undefined;
  readonly label: string | null;
  readonly sessionId: string | null;
  readonly ttlMs: number | undefined;
  readonly createdBy: string;
}

/** A link that opens nothing; the message says why and what to do. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

/** Share links: each opens one show, or one session of it, until it expires or is revoked. Its code is not a token. */
export class ShareLinks {
  readonly #shows: LinkStore;
  readonly #clock: Clock;
  readonly #listeners = new Set<(code: string) => void>();
  /** Times that a link was opened, for those that were in this run. */
  readonly #openings = new Map<string, number>();

  constructor(shows: LinkStore, clock: Clock) {
    this.#shows = shows;
    this.#clock = clock;
    shows.onChange(({ links }, before) => {
      for (const { code, revokedAt } of links) {
        const isNew = revokedAt !== null && before.links.some((link) => link.code === code && link.revokedAt === null);
        if (isNew) for (const listener of this.#listeners) listener(code);
      }
    });
  }

  /**
   * What a link's code opens.
   * @throws LinkError
   */
  visitor(code: string): Visitor & { kind: 'link' } {
    const { show, link } = this.find(code);
    const { kind: opens, label, sessionId, expiresAt } = link;
    return { kind: 'link', code, label, opens, show, sessionId, expiresAt };
  }

  /** @throws LinkError where there is none, or it has expired or was revoked. */
  find(code: string): { readonly show: string; readonly link: StoredLink } {
    for (const { show, links } of this.#shows.all()) {
      const link = links.find((each) => each.code === code);
      if (link === undefined) continue;
      if (link.revokedAt !== null)
        throw new LinkError('This link was revoked. Ask the person who sent it for a new one.');
      if (link.expiresAt <= this.#clock.now()) {
        throw new LinkError('This link has expired. Ask the person who sent it for a new one.');
      }
      return { show, link };
    }
    throw new LinkError('There is no such link. Copy all of it again.');
  }

  /** Whether a code opens something now. */
  isOpen(code: string): boolean {
    return this.#shows.all().some(({ links }) => links.some((link) => link.code === code && this.#opens(link)));
  }

  /** Notes that a link was opened. */
  opened(code: string): void {
    const stored = () =>
      this.#shows
        .all()
        .flatMap(({ links }) => links)
        .find((link) => link.code === code)?.opened ?? 0;
    this.#openings.set(code, (this.#openings.get(code) ?? stored()) + 1);
  }

  /** @throws LinkError where the show has as many open links as are kept. */
  async create({ show, ttlMs = USUAL_TTL_MS, ...wanted }: WantedLink): Promise<StoredLink> {
    const createdAt = Math.round(this.#clock.now());
    const code = randomBytes(18).toString('base64url');
    const expiresAt = createdAt + ttlMs;
    const link: StoredLink = {
      code,
      kind: wanted.kind,
      overlay: wanted.kind === 'overlay' ? (wanted.overlay ?? USUAL_OVERLAY) : null,
      label: wanted.label,
      sessionId: wanted.sessionId,
      createdAt,
      createdBy: wanted.createdBy,
      expiresAt,
      revokedAt: null,
      opened: 0,
    };
    await this.#shows.change(show, ({ links }) => ({
      next: { links: [...this.#withRoom(links), link] },
      closes: false,
    }));
    return link;
  }

  /**
   * Revokes a link, at once; resolves when that is stored, or with why it is not. `null` where the show has none of that
   * code that still opens something.
   */
  async revoke(show: string, code: string): Promise<Stored | null> {
    const revokedAt = Math.round(this.#clock.now());
    const isOpen = (link: StoredLink) => link.code === code && link.revokedAt === null;
    if (!this.#shows.get(show).links.some(isOpen)) return null;
    return this.#shows.change(show, ({ links }) => ({
      next: { links: this.#counted(links).map((link) => (isOpen(link) ? { ...link, revokedAt } : link)) },
      closes: true,
    }));
  }

  /** Calls a listener with a code when it is revoked. */
  onRevoked(listener: (code: string) => void): void {
    this.#listeners.add(listener);
  }

  /** An overlay link of a whole show that somebody has made, and that lasts for a day or longer; the newest of several. */
  lasting(show: string, createdBy: string): StoredLink | undefined {
    const until = this.#clock.now() + LASTING_MS;
    return this.of(show).find(
      (link) =>
        link.kind === 'overlay' &&
        link.createdBy === createdBy &&
        link.sessionId === null &&
        this.#opens(link) &&
        link.expiresAt >= until,
    );
  }

  /** A show's links, newest first. */
  of(show: string): StoredLink[] {
    return this.#counted(this.#shows.get(show).links).reverse();
  }

  /** Links with room for one more: the oldest expired or revoked ones are dropped, never one that is open. */
  #withRoom(links: readonly StoredLink[]): StoredLink[] {
    const open = links.filter((link) => this.#opens(link)).length;
    if (open >= MAX_LINKS) {
      throw new LinkError(
        `The show has ${open} links that are open; at most ${MAX_LINKS} are kept. Revoke some first.`,
      );
    }
    let tooMany = links.length + 1 - MAX_LINKS;
    return this.#counted(links).filter((link) => this.#opens(link) || tooMany-- <= 0);
  }

  #opens({ revokedAt, expiresAt }: StoredLink): boolean {
    return revokedAt === null && expiresAt > this.#clock.now();
  }

  /** With the times that each was opened in this run; they are stored with the next change. */
  #counted(links: readonly StoredLink[]): StoredLink[] {
    return links.map((link) => {
      const opened = this.#openings.get(link.code);
      return opened === undefined ? link : { ...link, opened };
    });
  }
}
