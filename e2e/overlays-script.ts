import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

/** The overlays as one script, as another page than ours would load them. */
export function overlaysScript(): Promise<string> {
  return scriptOf('mounted-overlays.ts', 'overlays');
}

/** A file of this folder as one script, whose exports are a global of a name. */
export async function scriptOf(file: string, name: string): Promise<string> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name } },
  });
  const [{ output } = { output: [] as never }] = built as { output: { type: string; code?: string }[] }[];
  return output.find(({ type }) => type === 'chunk')?.code ?? '';
}
