import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineSource, type Opening, type SourceDefinition, type SourceKind } from '../define-source.js';
import { type Source, SourceError, SpecError } from '../source.js';

/** A kind of source that reads one file, named in its SPEC as `kind:FILE`. */
export interface FileSourceDefinition extends Pick<SourceDefinition<unknown>, 'kind' | 'description' | 'examples'> {
  /**
   * Opens the file at an absolute path, which is known to be a file.
   * @throws SourceError where it is not of this kind.
   */
  readonly open: (path: string, opening: Opening) => Promise<Source>;
}

/** Makes a kind of source of a kind of file. */
export function defineFileSource({ kind, description, examples, open }: FileSourceDefinition): SourceKind {
  const spec = `${kind}:FILE`;
  return defineSource({
    kind,
    spec,
    description,
    examples,
    parse: (file, given) => {
      if (file === '') throw new SpecError(`The source "${given}" has no file: write ${spec}`);
      return { file };
    },
    open: async ({ file }, opening) => {
      const path = resolve(opening.cwd, file);
      await mustBeFile(path, opening.spec);
      return open(path, opening);
    },
  });
}

async function mustBeFile(path: string, spec: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new SourceError(`File not found: ${path}: check the path in "${spec}"`);
    }
    throw new SourceError(`The file ${path} cannot be opened (${error.code}): check its permissions`);
  });
  if (found.isDirectory()) throw new SourceError(`${path} is a folder: give a file in "${spec}"`);
  // A pipe or a device never ends, or gives its data only once.
  if (!found.isFile()) throw new SourceError(`${path} is a device or a pipe: give a file in "${spec}"`);
}
