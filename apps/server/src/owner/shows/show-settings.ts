import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FINISH_PUBLISH,
  LINK_KINDS,
  MAX_DELAY_MS,
  MAX_PUBLIC_EXTRA_MS,
  MOMENT_KINDS,
  OVERLAY_KINDS,
  rulesSet,
  scene,
  showLook,
  showSlug,
  USUAL_SCENES,
} from '@okboxbox/protocol';
import { z } from 'zod';
import type { StoredLink } from '../../access/share-links.js';
import { ownFolder, readStored } from '../../data-files.js';
import { FOLLOWS_NOTHING, following } from '../../directory/following.js';
import { replaceFile } from '../../replace-file.js';

const instant = z.number().finite();

const storedLink = z.object({
  code: z.string(),
  kind: z.enum(LINK_KINDS),
  /** Links of earlier versions have none. A kind that this version does not have must not make the show's file unreadable. */
  overlay: z.enum(OVERLAY_KINDS).nullable().catch(null),
  label: z.string().nullable(),
  sessionId: z.string().nullable(),
  createdAt: instant,
  createdBy: z.string(),
  expiresAt: instant,
  revokedAt: instant.nullable(),
  opened: z.number().int().min(0),
}) satisfies z.ZodType<StoredLink>;

const playhead = z.discriminatedUnion('moves', [
  z.object({ moves: z.literal('running') }),
  z.object({ moves: z.literal('holding'), at: instant }),
  z.object({ moves: z.literal('gliding'), at: instant, since: instant }),
  z.object({ moves: z.literal('paused'), at: instant, until: instant.exactOptional() }),
]);

/** Whether a show runs by itself, and how, as it is stored. */
const storedAuto = z.object({
  isRunning: z.boolean(),
  heldBy: z.string().nullable(),
  /** What was set of the rules; all else is as usual. A kind that this version does not have must not make the file unreadable. */
  rules: rulesSet.catch({}),
  /** What was shown last; `null` before anything was. */
  last: z
    .object({ sessionId: z.string(), id: z.string(), cars: z.array(z.number()).readonly(), kind: z.enum(MOMENT_KINDS) })
    .nullable()
    .catch(null),
});
export type StoredAuto = z.infer<typeof storedAuto>;
const NOT_BY_ITSELF: StoredAuto = { isRunning: false, heldBy: null, rules: {}, last: null };

/** What is known of a show on the disk, so that a restart opens nothing early. */
const storedSettings = z.object({
  show: showSlug,
  /** Of the graphics picture. */
  delayMs: z.number().int().min(0).max(MAX_DELAY_MS),
  /** How much later than the graphics the public picture is; a show of an earlier version has one picture. */
  publicExtraMs: z.number().int().min(0).max(MAX_PUBLIC_EXTRA_MS).default(0),
  published: z.boolean(),
  /**
   * Where the public picture stood when the show was published, where that was nearer than its delay: nobody public has seen
   * it, so nobody does before it is due. `null` where there is nothing to wait for.
   */
  publicFrom: instant.nullable().default(null),
  /** Of the graphics picture. */
  playhead,
  publicPlayhead: playhead.optional(),
  /** Newest instants that had aired of each picture when this was stored; never ahead of what had. `null` before anything has. */
  airedAt: instant.nullable(),
  publicAiredAt: instant.nullable().optional(),
  /** Which sessions it follows; `null` where it is from before that was stored. */
  following: following.nullable().default(null),
  /** How it is planned to end: when the public picture comes to the instant `until`. `null` where nothing is planned. */
  finishing: z
    .object({ by: z.string(), at: instant, until: instant, publish: z.enum(FINISH_PUBLISH) })
    .nullable()
    .default(null),
  scenes: z.array(scene).max(100),
  auto: storedAuto.default(NOT_BY_ITSELF),
  links: z.array(storedLink),
  /** A show of an earlier version has none. A look that this version does not take must not make the show's file unreadable. */
  look: showLook.nullable().catch(null),
});

/** A show of an earlier version has one picture: both are where that was. */
const showSettings = storedSettings.transform(({ publicPlayhead, publicAiredAt, ...settings }) => ({
  ...settings,
  publicPlayhead: publicPlayhead ?? settings.playhead,
  publicAiredAt: publicAiredAt === undefined ? settings.airedAt : publicAiredAt,
}));
export type ShowSettings = z.infer<typeof showSettings>;

/** A show that nobody has set anything for: real time, and not published. */
export function newShow(show: string): ShowSettings {
  return {
    show,
    delayMs: 0,
    publicExtraMs: 0,
    published: false,
    publicFrom: null,
    playhead: { moves: 'running' },
    publicPlayhead: { moves: 'running' },
    airedAt: null,
    publicAiredAt: null,
    following: null,
    finishing: null,
    scenes: [...USUAL_SCENES],
    auto: NOT_BY_ITSELF,
    links: [],
    look: null,
  };
}

/** A show whose file cannot be read: nothing leaves before somebody has looked. */
function shutShow(show: string): ShowSettings {
  const latest = { delayMs: MAX_DELAY_MS, publicExtraMs: MAX_PUBLIC_EXTRA_MS };
  return { ...newShow(show), ...latest, following: FOLLOWS_NOTHING };
}

/**
 * All shows that have settings in a folder; `onDamage` hears of files that cannot be used, which close their show.
 * @throws DataDirError where the folder cannot be used
 */
export async function readShows(
  dir: string,
  onDamage: (show: string, because: string) => void,
): Promise<ShowSettings[]> {
  await ownFolder(dir);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.map(async (name) => {
      const show = name.slice(0, -'.json'.length);
      const found = await readStored(join(dir, name), showSettings);
      if (found.state === 'read' && found.value.show === show) return found.value;
      const because =
        found.state === 'read'
          ? `it is of the show "${found.value.show}"`
          : found.state === 'damaged'
            ? found.because
            : 'it was removed while it was read';
      onDamage(show, because);
      return shutShow(show);
    }),
  );
}

/** Puts a show's settings on the disk, synced, in place of those before. */
export function writeShow(dir: string, settings: ShowSettings): Promise<void> {
  return replaceFile(join(dir, `${settings.show}.json`), JSON.stringify(settings));
}
