// Preloaded into a relay: it is of a version that speaks the next protocol, which no server knows yet.
import { register } from 'node:module';

const hooks = `
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/protocol/dist/wire/relay-calls.js')) return loaded;
  const source = String(loaded.source).replace(/RELAY_PROTOCOL_VERSION = (\\d+)/, 'RELAY_PROTOCOL_VERSION = $1 + 1');
  return { ...loaded, source };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
