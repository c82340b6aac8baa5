import { PICTURES, type Picture } from '@okboxbox/protocol';
import { diskReason } from '../../data-files.js';
import type { Playhead } from '../../directory/playhead.js';
import type { Logger } from '../../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';
import { readAired, writeAired } from './aired-file.js';
import type { AiredBefore } from './broadcast-session.js';
import type { ShowBroadcast } from './show-broadcast.js';

/** How often the position of a picture that is not where its delay says is stored, in ms. */
const STORE_MS = 1_000;

export interface AiredNotesDeps {
  readonly registry: Pick<SessionRegistry, 'timelineDir'>;
  readonly shows: Shows;
  readonly log: Logger;
}

/** What has aired of every show and session, on the disk: a restart goes on from there, and airs nothing older again. */
export class AiredNotes {
  readonly #deps: AiredNotesDeps;
  readonly #broadcasts: ReadonlyMap<string, ShowBroadcast>;
  /** Instants that were noted last, by picture and session. */
  readonly #noted = new Map<string, number>();
  readonly #storing: NodeJS.Timeout;

  constructor(broadcasts: ReadonlyMap<string, ShowBroadcast>, deps: AiredNotesDeps) {
    this.#broadcasts = broadcasts;
    this.#deps = deps;
    this.#storing = setInterval(() => {
      this.#storePositions();
      void this.#noteAired();
    }, STORE_MS);
    this.#storing.unref();
  }

  /** Stores where the pictures are once more. */
  close(): void {
    clearInterval(this.#storing);
    this.#storePositions();
  }

  /** What had aired of a session before a restart, by this run's clock, which is `shiftMs` ahead of that; `null`: nobody knows. */
  async airedBefore(show: string, sessionId: string, shiftMs: number | null): Promise<AiredBefore> {
    const { registry, shows } = this.#deps;
    const dir = registry.timelineDir(sessionId);
    const [graphics, noted] = await Promise.all(PICTURES.map((picture) => readAired(dir, picture)));
    // An earlier version noted one picture for both.
    const ofPublic = noted ?? (shows.get(show).publicExtraMs === 0 ? graphics : null);
    const onThisClock = (at: number | null | undefined) => (shiftMs === null || at == null ? null : at + shiftMs);
    return { graphics: onThisClock(graphics), public: onThisClock(ofPublic) };
  }

  /** Stores where pictures are that are not where their delay says: a restart goes on from there. */
  #storePositions(): void {
    for (const [show, broadcast] of this.#broadcasts) {
      const { delays } = broadcast;
      const { playhead, publicPlayhead } = this.#deps.shows.get(show);
      const moved = hasMoved(delays.graphics.playhead, playhead) || hasMoved(delays.public.playhead, publicPlayhead);
      if (!moved) continue;
      const positions = () => {
        const { graphics, public: ofPublic } = broadcast.delays;
        const playheads = { playhead: graphics.playhead, publicPlayhead: ofPublic.playhead };
        return { next: { ...playheads, ...whereTheyAre(broadcast) }, closes: false };
      };
      this.#deps.shows.change(show, positions).catch(() => undefined);
    }
  }

  /**
   * Notes how far the pictures of each session that is on air have come: after a restart nothing older airs, whatever is
   * missing of its timeline by then. It is not synced: what a power cut takes of it, it takes of the timeline as well.
   */
  async #noteAired(): Promise<void> {
    for (const broadcast of this.#broadcasts.values()) {
      for (const picture of PICTURES) await this.#noteAiredOf(broadcast, picture);
    }
  }

  async #noteAiredOf(broadcast: ShowBroadcast, picture: Picture): Promise<void> {
    const extra = picture === 'public' ? picture : 0;
    const sessionId = broadcast.airedSession(extra);
    const at = sessionId === null ? undefined : broadcast.session(sessionId)?.audience(extra)?.aired?.at;
    const key = `${picture} ${sessionId}`;
    if (sessionId === null || at == null || at <= (this.#noted.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    this.#noted.set(key, at);
    await writeAired(this.#deps.registry.timelineDir(sessionId), picture, at).catch((error) =>
      this.#deps.log.debug(
        { sessionId, because: diskReason(error) },
        'how far the picture has come could not be noted',
      ),
    );
  }
}

/** Where both pictures of a show are, as it is stored: what a change of the delays starts from. */
export function whereTheyAre(broadcast: ShowBroadcast): Pick<ShowSettings, 'airedAt' | 'publicAiredAt' | 'publicFrom'> {
  const { publicFrom } = broadcast;
  return { airedAt: broadcast.position(), publicAiredAt: broadcast.position('public'), publicFrom };
}

/** Whether a picture is to be stored where it is: it glides, or has come to stand otherwise than it is stored. */
function hasMoved(now: Playhead, stored: Playhead): boolean {
  return now.moves === 'gliding' || now.moves !== stored.moves;
}
