import { fileURLToPath } from 'node:url';

/** Where the user typed the command: npm changes the folder and remembers it in `INIT_CWD`. */
export function userFolder(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

/** Folder of the built pages. */
export const WEB_DIR: string = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** The page that a support pack is put into, to be opened without a server. */
export const PACK_VIEWER: string = fileURLToPath(new URL('../../web/dist/pack-viewer.html', import.meta.url));

/** The program that a child process of ours is started with. */
export const PROGRAM: string = fileURLToPath(new URL('./main.js', import.meta.url));

/** The environment with what was said on the command line put over it; absent options change nothing. */
export function environmentWith(options: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...process.env, ...Object.fromEntries(said) };
}
