import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

const ENTRY = fileURLToPath(new URL('mounted-overlays.ts', import.meta.url));

/** The overlays as one script, as another page than ours would load them. */
export async function overlaysScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
    build: { write: false, minify: false, lib: { entry: ENTRY, formats: ['iife'], name: 'overlays' } },
  });
  const [{ output } = { output: [] as never }] = built as { output: { type: string; code?: string }[] }[];
  return output.find(({ type }) => type === 'chunk')?.code ?? '';
}
