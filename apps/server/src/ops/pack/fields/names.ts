import { CAPABILITIES, CLIENT_KINDS } from '@okboxbox/protocol';
import { name, type Rule, word } from '../allow-list.js';

/** What connections call themselves: words of the protocol. */
export const role: Rule = word(...CLIENT_KINDS, 'relay', 'unknown');
export const capability: Rule = word(...CAPABILITIES);
/** Pages and overlays of our own by their names; any other is somebody's. */
export const surface: Rule = name(
  'surface',
  ...['web', 'desk', 'public', 'ops', 'timing-tower', 'lower-third', 'battle-box', 'flag', 'track-map', 'results'],
);
export const sim: Rule = name('sim', 'iracing', 'demo', 'f1', 'acc', 'lapchart');
export const environment: Rule = name('env', 'development', 'production', 'test', 'staging');

/** What a relay says of its sim. */
export const simState: Rule = name('state', 'sim-not-running', 'connected', 'replay', 'left');

const SOURCES: ReadonlySet<string> = new Set([
  ...['demo', 'iracing', 'ibt', 'memory', 'lapchart', 'recording', 'replay', 'f1', 'acc'],
]);
/** A relay's source by its kind: what it reads, a file above all, stays away. */
export const source: Rule = (value, redaction) => {
  if (value === null) return null;
  const [kind = '', ...rest] = String(value).split(':');
  if (!SOURCES.has(kind)) return redaction.id('source', String(value));
  if (rest.length > 0) redaction.count('source');
  return kind;
};
