import { askServer } from '../ask-server.js';

/** Prints a new one-time sign-in link of the running server. */
export async function signIn(options: { readonly data?: string }): Promise<void> {
  const { url, code, expiresAt } = await askServer(options.data, { ask: 'sign-in' }, 'okboxbox sign-in');
  process.stdout.write(`${url}/#code=${code}\n`);
  const minutes = Math.round((expiresAt - Date.now()) / 60_000);
  process.stderr.write(`Signs an administrator in, once, within ${minutes} minutes.\n`);
}
