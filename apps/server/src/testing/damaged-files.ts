import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths that the file system refuses, as to a user who has no right to them: modes alone do not stop an administrator. */
export type RefusedPaths = Set<string>;

/** Calls of `node:fs/promises` that refuse some paths; for a mock of that module. */
export function refusing<T extends object>(real: T, paths: RefusedPaths): T {
  const guarded = ['readFile', 'readdir', 'access', 'open'].map((name) => {
    const call = real[name as keyof T] as (...args: unknown[]) => Promise<unknown>;
    const refuse = (path: string) =>
      Promise.reject(Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES', path }));
    const guard = (...args: unknown[]) => (paths.has(String(args[0])) ? refuse(String(args[0])) : call(...args));
    return [name, guard] as const;
  });
  return { ...real, ...Object.fromEntries(guarded) };
}

/** What can have become of a file or folder. */
export const DAMAGES = {
  empty: (path: string) => write(path, ''),
  'cut off': (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  garbage: (path: string) => write(path, '\u0000\u00ff{[garbage'),
  null: (path: string) => write(path, 'null'),
  'of another form': (path: string) => write(path, '{"a":[1,{}]}'),
  'a folder': (path: string) => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    writeFileSync(join(path, 'within'), '');
  },
  'not readable': (path: string, refused: RefusedPaths) => void refused.add(path),
} as const satisfies Readonly<Record<string, (path: string, refused: RefusedPaths) => void>>;
export type DamageName = keyof typeof DAMAGES;

/** Every file with every damage. */
export function damageTable<F extends string>(
  files: readonly F[],
  damages = Object.keys(DAMAGES) as readonly DamageName[],
): (readonly [file: F, damage: DamageName])[] {
  return files.flatMap((file) => damages.map((damage) => [file, damage] as const));
}

function write(path: string, text: string): void {
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, Buffer.from(text, 'latin1'));
}
