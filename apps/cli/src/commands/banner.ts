import { asTyped } from '@okboxbox/protocol';
import type { ServerConfig } from '@okboxbox/server';
import type { ServerReady } from './server.js';

/** What `up` prints once the server listens: the pages that exist, and the way in. */
export function banner(
  ready: ServerReady,
  options: { readonly source: string; readonly show: string },
  { opsUiEnabled, provider, dataDir }: Pick<ServerConfig, 'opsUiEnabled' | 'provider' | 'dataDir'>,
): string {
  const lines = ['', '  Ok, Box Box is up.', ''];
  if (ready.signInCode !== null) {
    lines.push(`  Sign in (once, for 10 minutes)   ${ready.publicUrl}/#code=${ready.signInCode}`);
  } else if (provider === null) {
    lines.push(`  Sign in                          run okboxbox sign-in --data ${dataDir}`);
  }
  lines.push(`  Sessions                         ${ready.publicUrl}/`);
  lines.push(`  Live timing                      ${ready.publicUrl}/sessions/${options.show}`);
  lines.push(`  Director's desk                  ${ready.publicUrl}/sessions/${options.show}/director`);
  lines.push(`  Public timing                    ${ready.publicUrl}/public/${options.show}`);
  lines.push(
    `  Graphics for OBS                 ${
      ready.overlayLink === null
        ? "create a link on the director's desk"
        : `${ready.publicUrl}/overlay/stage?show=${options.show}&link=${ready.overlayLink}`
    }`,
  );
  if (opsUiEnabled) lines.push(`  Operations                       ${ready.publicUrl}/admin/ops`);
  if (options.source === 'none') {
    lines.push('', '  No race yet. To feed one: okboxbox relay --source SPEC');
  }
  lines.push('', '  Ctrl-C stops.', '');
  return asTyped(`${lines.join('\n')}\n`);
}
