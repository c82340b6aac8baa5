import { localSecret } from './access/secret.js';
import { type Tokens, tokensOfProvider, tokensOfSecret } from './access/tokens.js';
import type { ServerConfig } from './config.js';

type SecretConfig = Pick<ServerConfig, 'provider' | 'jwtSecret' | 'dataDir'>;

/** The tokens that a server accepts, and signs where it has a secret of its own. `wallNow` dates them, in ms since the epoch. */
export async function serverTokens(config: SecretConfig, wallNow: () => number): Promise<Tokens> {
  if (config.provider !== null) return tokensOfProvider(config.provider, wallNow);
  return tokensOfSecret(new TextEncoder().encode((await signingSecretOf(config)) ?? ''), wallNow);
}

/** What tokens are signed with here, or `null` where an identity provider does that. */
export async function signingSecretOf({ provider, jwtSecret, dataDir }: SecretConfig): Promise<string | null> {
  if (provider !== null) return null;
  return jwtSecret ?? new TextDecoder().decode(await localSecret(dataDir));
}
