import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill, SystemDrill } from './drill.js';

const diskRefuses: SystemDrill = {
  name: 'settings-disk-refuses',
  code: 'SETTINGS_NOT_STORED',
  cause: 'disk_refuses',
  what: 'A folder has the name of the file for revoked tokens, and an operator revokes a token.',
  fix: 'Move the folder away: the server stores the setting by itself.',
  on: 'system',
  like: {},
  inject: async (system) => {
    // A full disk would take a disk of its own; the server learns the same from this.
    const place = join(system.dataDir, 'revoked-tokens.json.new');
    mkdirSync(place);
    const answer = await system.post<{ stored: boolean }>('/api/tokens/revoke', { jti: 'a-token-of-a-drill' });
    if (answer.stored) throw new Error('The revoked token was stored although its file cannot be written.');
    return async () => rmdirSync(place);
  },
};

/** The drills of settings that the disk does not take. */
export const SETTINGS_NOT_STORED: readonly Drill[] = [diskRefuses];
