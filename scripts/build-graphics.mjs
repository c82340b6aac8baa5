// Builds each overlay as an OGraf graphic, into apps/web/dist/ograf: a folder each with its manifest, its script and its
// type, and all of them as one zip. A folder needs nothing beside it, so a program can import it alone.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { build, createServer, defaultClientConditions } from 'vite';
import { ROOT } from './prepare.mjs';

const WEB = join(ROOT, 'apps', 'web');
const OUT = join(WEB, 'dist', 'ograf');
/** Every file of the zip has this date, so that the same graphics are the same bytes. */
const DATE = new Date(2026, 0, 1);
const ENTRY = 'okboxbox:graphic';

rmSync(OUT, { recursive: true, force: true });
const { version } = JSON.parse(readFileSync(join(WEB, 'package.json'), 'utf8'));
const manifests = await readManifests();
for (const [kind, manifest] of Object.entries(manifests)) {
  await buildGraphic(kind);
  writeFileSync(join(OUT, kind, `${kind}.ograf.json`), `${JSON.stringify(manifest, null, 2)}\n`);
}
writeFileSync(join(OUT, 'okboxbox.zip'), zipSync(filesOf(OUT), { mtime: DATE, level: 9 }));

/** The manifests, by their kinds; only Vite can load the definitions of overlays, for they import their styles. */
async function readManifests() {
  const vite = await createServer({
    root: WEB,
    configFile: join(WEB, 'vite.config.ts'),
    server: { middlewareMode: true },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
    logLevel: 'error',
  });
  try {
    const { manifests } = await vite.ssrLoadModule('/src/ograf/manifests.ts');
    return await manifests(version);
  } finally {
    await vite.close();
  }
}

async function buildGraphic(kind) {
  const code = `import { overlay } from '/src/overlays/${kind}/overlay.ts';
import { ografGraphic } from '/src/ograf/graphic.ts';
export default ografGraphic(overlay);`;
  const outDir = join(OUT, kind);
  mkdirSync(outDir, { recursive: true });
  await build({
    root: WEB,
    configFile: false,
    logLevel: 'warn',
    // Files are found beside the script, wherever that is.
    base: './',
    resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
    plugins: [
      {
        name: 'okboxbox-graphic',
        resolveId: (id) => (id === ENTRY ? ENTRY : null),
        load: (id) => (id === ENTRY ? code : null),
      },
    ],
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: {
        input: ENTRY,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: `${kind}.mjs`, assetFileNames: '[name][extname]', codeSplitting: false },
      },
    },
  });
  if (!existsSync(join(outDir, `${kind}.mjs`))) throw new Error(`The graphic ${kind} was not built.`);
}

/** All files below a folder as a zip has them, by their paths in it. */
function filesOf(folder) {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path)]),
  );
}
