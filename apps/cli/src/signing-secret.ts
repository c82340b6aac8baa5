import { ConfigError, DataDirError, localSecret, readConfig } from '@okboxbox/server';
import { CommandFailed } from './failures.js';
import { environmentWith, userFolder } from './place.js';

/**
 * The secret that the server of a data folder signs tokens with.
 * @throws CommandFailed where tokens come from elsewhere, or the environment cannot be used.
 */
export async function signingSecret(data: string | undefined): Promise<Uint8Array> {
  try {
    const config = readConfig(environmentWith({ DATA_DIR: data }), userFolder());
    if (config.provider !== null) {
      throw new CommandFailed('JWKS_URL is set: tokens come from your identity provider, and none can be made here.');
    }
    return config.jwtSecret === null ? await localSecret(config.dataDir) : new TextEncoder().encode(config.jwtSecret);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DataDirError) throw new CommandFailed(error.message);
    throw error;
  }
}
