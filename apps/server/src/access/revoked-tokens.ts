import { join } from 'node:path';
import { z } from 'zod';
import { DataDirError, readStored } from '../data-files.js';
import { replaceFile } from '../replace-file.js';
import { STORED, type Stored, type UnsavedSettings } from '../unsaved-settings.js';
import { TokenError, type Tokens } from './tokens.js';

const FILE = 'revoked-tokens.json';
const NAME = { what: 'revoked_tokens', show: null } as const;
const stored = z.array(z.object({ jti: z.string(), at: z.number() }));

/**
 * Tokens that were revoked before they expired, by their `jti`. Kept in a file of the data directory and read before
 * the server listens: a restart, or a database that is away, lets none of them in again.
 */
export class RevokedTokens {
  readonly #path: string;
  readonly #revoked: Map<string, number>;
  readonly #unsaved: UnsavedSettings;
  readonly #listeners = new Set<(jti: string) => void>();
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, revoked: Map<string, number>, unsaved: UnsavedSettings) {
    this.#path = path;
    this.#revoked = revoked;
    this.#unsaved = unsaved;
  }

  /** @throws DataDirError where the file is there and cannot be read: nobody may be let in by that. */
  static async open(dataDir: string, unsaved: UnsavedSettings): Promise<RevokedTokens> {
    const path = join(dataDir, FILE);
    const found = await readStored(path, stored);
    if (found.state === 'damaged') {
      throw new DataDirError(
        `${path} cannot be used: ${found.because}. It lists the tokens that were revoked. Put it back from a copy; or ` +
          'remove it, start again, and revoke those tokens again.',
      );
    }
    const list = found.state === 'read' ? found.value : [];
    return new RevokedTokens(path, new Map(list.map(({ jti, at }) => [jti, at])), unsaved);
  }

  has(jti: string | undefined): boolean {
    return jti !== undefined && this.#revoked.has(jti);
  }

  /** All of them, by their `jti`. */
  all(): string[] {
    return [...this.#revoked.keys()];
  }

  /**
   * Revokes a token, at once in this process. Resolves when it is on disk, or the disk did not take it: then it is tried
   * again until it does.
   */
  async revoke(jti: string, at: number): Promise<Stored> {
    this.#revoked.set(jti, at);
    for (const listener of this.#listeners) listener(jti);
    return this.#store();
  }

  onRevoked(listener: (jti: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Writes the list as it is when its turn comes. */
  #store(): Promise<Stored> {
    const written = this.#writing.then(async () => {
      try {
        const list = [...this.#revoked].map(([jti, at]) => ({ jti, at }));
        await replaceFile(this.#path, JSON.stringify(list));
      } catch (error) {
        return this.#unsaved.failed(NAME, error, async () => void (await this.#store()));
      }
      this.#unsaved.stored(NAME);
      return STORED;
    });
    this.#writing = written;
    return written;
  }
}

/** Tokens of which none is accepted that was revoked. */
export function withoutRevoked(tokens: Tokens, revoked: Pick<RevokedTokens, 'has'>): Tokens {
  return {
    sign: tokens.sign,
    verify: async (token) => {
      const visitor = await tokens.verify(token);
      if (visitor.kind === 'token' && revoked.has(visitor.claims.jti)) {
        throw new TokenError('revoked', 'The token was revoked. Ask for a new one.', visitor.claims);
      }
      return visitor;
    },
  };
}
