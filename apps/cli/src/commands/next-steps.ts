import type { ControlRequest } from '@okboxbox/server';

/** What a token was asked for. */
export type TokenAsked = Extract<ControlRequest, { readonly ask: 'token' }>;

/** What a new token is good for, and what to do with it, with the real show, session and car. */
export function nextSteps(asked: TokenAsked, url: string, expiresAt: number, jti: string): string {
  const { role, shows = [], sessions = [], cars = [] } = asked;
  const limits = [
    shows.length > 0 ? `${shows.length === 1 ? 'show' : 'shows'} ${shows.join(', ')}` : 'all shows',
    ...(sessions.length > 0 ? [`${sessions.length === 1 ? 'session' : 'sessions'} ${sessions.join(', ')}`] : []),
    ...(cars.length > 0 ? [`own-car data of ${cars.length === 1 ? 'car' : 'cars'} ${cars.join(', ')}`] : []),
  ];
  const lines = [
    `Role ${role}, ${limits.join(', ')}; expires ${new Date(expiresAt).toISOString().slice(0, 16)}Z; jti ${jti}.`,
    stepOf(asked, url),
  ];
  return `${lines.join('\n')}\n`;
}

function stepOf({ role, shows = [], sessions = [] }: TokenAsked, url: string): string {
  const [show] = shows;
  const subject = sessions[0] ?? show;
  switch (role) {
    case 'camera':
    case 'relay': {
      const flag = shows.length === 1 ? '' : ` --show ${show ?? 'SHOW'}`;
      return `On the relay's machine: RELAY_BACKENDS=${url} RELAY_TOKEN=… okboxbox relay --source SPEC${flag}`;
    }
    case 'director':
      return `Sign in with it at ${url}/sessions/${show ?? sessions[0] ?? 'SHOW'}/director`;
    case 'ops':
    case 'admin':
      return `Sign in with it at ${url}/admin/ops`;
    case 'viewer':
    case 'overlay':
      return `Send it as "Authorization: Bearer …", or as "token" in the socket's handshake, to ${url}`;
    default:
      return `Sign in with it at ${url}${subject === undefined ? '/' : `/sessions/${subject}`}`;
  }
}
