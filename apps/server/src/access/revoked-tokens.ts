import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../replace-file.js';
import { TokenError, type Tokens } from './tokens.js';

const FILE = 'revoked-tokens.json';
const stored = z.array(z.object({ jti: z.string(), at: z.number() }));

/**
 * Tokens that were taken back before they ran out, by their `jti`. Kept in a file of the data directory and read before
 * the server listens: a restart, or a database that is away, lets none of them in again.
 */
export class RevokedTokens {
  readonly #path: string;
  readonly #revoked: Map<string, number>;
  readonly #listeners = new Set<(jti: string) => void>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, revoked: Map<string, number>) {
    this.#path = path;
    this.#revoked = revoked;
  }

  /** @throws Error where the file is there and cannot be read: nobody may be let in by that. */
  static async open(dataDir: string): Promise<RevokedTokens> {
    const path = join(dataDir, FILE);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    const list = stored.safeParse(safeJson(text));
    if (!list.success) {
      throw new Error(`${path} is damaged; it says which tokens were revoked. Mend it, or remove it and revoke again.`);
    }
    return new RevokedTokens(path, new Map(list.data.map(({ jti, at }) => [jti, at])));
  }

  has(jti: string | undefined): boolean {
    return jti !== undefined && this.#revoked.has(jti);
  }

  /** Takes a token back: at once in this process, on disk when the promise resolves. */
  async revoke(jti: string, at: number): Promise<void> {
    this.#revoked.set(jti, at);
    for (const listener of this.#listeners) listener(jti);
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  onRevoked(listener: (jti: string) => void): void {
    this.#listeners.add(listener);
  }

  async #write(): Promise<void> {
    const list = [...this.#revoked].map(([jti, at]) => ({ jti, at }));
    await replaceFile(this.#path, JSON.stringify(list));
  }
}

/** Tokens of which none is accepted that was revoked. */
export function withoutRevoked(tokens: Tokens, revoked: RevokedTokens): Tokens {
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

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
