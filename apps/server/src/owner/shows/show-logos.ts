import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogoUploaded, MAX_LOGO_BYTES, MAX_LOGO_PX } from '@okboxbox/protocol';
import { diskReason, ownFolder } from '../../data-files.js';
import { OwnerRefusal } from '../../directory/owner-refusal.js';
import type { StoredLogo } from '../../directory/show-desk.js';
import { replaceFile } from '../../replace-file.js';
import { logoImage } from './logo-image.js';

/** A logo that cannot be taken or put on air; the message says why. */
export class LogoError extends OwnerRefusal {
  override readonly name = 'LogoError';

  constructor(message: string) {
    super('bad_request', message);
  }
}

/** Logos of a show that are kept: the one in use, and those that an act before it may bring back. */
const KEPT = 20;
/** What is kept of a logo's file is named by its show and the SHA-256 of its content. */
const FILE = /^(?<show>.+)-(?<hash>[0-9a-f]{64})\.logo$/;

/**
 * The logos of shows, one file each beside the shows' settings. A logo is named by its content, so its address always shows
 * the same.
 */
export class ShowLogos {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** @throws DataDirError where their folder cannot be used */
  static async open(dataDir: string): Promise<ShowLogos> {
    const dir = join(dataDir, 'logos');
    await ownFolder(dir);
    return new ShowLogos(dir);
  }

  /**
   * Keeps a logo for a show; `inUse` is the one that it has now, which stays.
   * @throws LogoError where it is not a picture that can be a logo, or the disk does not take it
   */
  async add(show: string, bytes: Uint8Array, inUse: string | null): Promise<LogoUploaded> {
    const { type, widthPx, heightPx } = usableImage(bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    try {
      await replaceFile(this.#pathOf(show, hash), [bytes], `.${process.pid}.new`);
    } catch (error) {
      throw new LogoError(`The logo could not be stored (${diskReason(error)}). Make room on the disk and ask again.`);
    }
    await this.#drop(show, [hash, inUse]);
    return { hash, type, widthPx, heightPx, bytes: bytes.byteLength };
  }

  /** A logo of a show; `null` where it has none of that name. */
  async read(show: string, hash: string): Promise<StoredLogo | null> {
    const bytes = await readFile(this.#pathOf(show, hash)).catch(() => null);
    const image = bytes && logoImage(bytes);
    return bytes && image && { type: image.type, bytes };
  }

  /** Removes the oldest of a show's logos where it has more than are kept. What cannot be removed now is next time. */
  async #drop(show: string, staying: readonly (string | null)[]): Promise<void> {
    const names = await readdir(this.#dir).catch(() => []);
    const others = names.flatMap((name) => {
      const { show: of, hash } = FILE.exec(name)?.groups ?? {};
      return of === show && hash !== undefined && !staying.includes(hash) ? [join(this.#dir, name)] : [];
    });
    if (others.length < KEPT) return;
    const dated = await Promise.all(
      others.map(async (path) => ({ path, at: (await stat(path).catch(() => null))?.mtimeMs ?? 0 })),
    );
    const oldest = dated.sort((a, b) => b.at - a.at).slice(KEPT - 1);
    await Promise.all(oldest.map(({ path }) => rm(path, { force: true }).catch(() => undefined)));
  }

  #pathOf(show: string, hash: string): string {
    return join(this.#dir, `${show}-${hash}.logo`);
  }
}

/** @throws LogoError */
function usableImage(bytes: Uint8Array) {
  if (bytes.byteLength > MAX_LOGO_BYTES) {
    throw new LogoError(`The logo has ${bytes.byteLength} bytes; it may have ${MAX_LOGO_BYTES}. Make it smaller.`);
  }
  const image = logoImage(bytes);
  if (image === null) {
    throw new LogoError('The logo is not a picture in PNG, JPEG or WebP. Save it as PNG. SVG is not taken.');
  }
  const { widthPx, heightPx, isAnimated } = image;
  if (widthPx > MAX_LOGO_PX || heightPx > MAX_LOGO_PX) {
    throw new LogoError(`The logo is ${widthPx}×${heightPx} px; each side may have ${MAX_LOGO_PX}. Make it smaller.`);
  }
  if (isAnimated) throw new LogoError('The logo is animated. Save one picture of it.');
  return image;
}
