// `npm run generate`: writes the files that are made from code: from the findings, the definitions of sources and
// of overlays, the declarations of calls, the schemas of settings and the table of borders.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createServer } from 'vite';
import { apiSchemas, SCHEMAS_FILE } from './api-schemas.mjs';
import { bordersFile } from './borders.mjs';
import { modeLists } from './mode-lists.mjs';
import { build, install, ROOT, say } from './prepare.mjs';

install();
const schemas = join(ROOT, SCHEMAS_FILE);
const schemasText = apiSchemas();
for (const [path, text] of Object.entries(modeLists())) writeFileSync(join(ROOT, path), text);
if (!existsSync(schemas) || readFileSync(schemas, 'utf8') !== schemasText) writeFileSync(schemas, schemasText);
build();
const { serverEnvironment } = await import('../apps/server/dist/config.js');
const { openApi } = await import('../apps/server/dist/api/openapi.js');
const { asyncApi } = await import('../apps/server/dist/api/asyncapi.js');
const { relayEnvironment } = await import('../apps/relay/dist/config.js');
const { settingsPage } = await import('./settings-page.mjs');
const files = {
  'biome.borders.json': bordersFile(),
  'docs/asyncapi.json': `${JSON.stringify(asyncApi(), null, 2)}\n`,
  'docs/openapi.json': `${JSON.stringify(openApi(), null, 2)}\n`,
  'docs/settings.md': settingsPage({ serverEnvironment, relayEnvironment }),
};
for (const name of ['findings', 'sims']) {
  Object.assign(files, (await import(`../packages/${name}/dist/index.js`)).generatedFiles());
}
// Only Vite can load the definitions of overlays: they import their styles.
const vite = await createServer({
  root: join(ROOT, 'apps/web'),
  server: { middlewareMode: true },
  optimizeDeps: { noDiscovery: true },
  appType: 'custom',
  logLevel: 'error',
});
Object.assign(files, (await vite.ssrLoadModule('/src/overlays/options-page.ts')).generatedFiles());
await vite.close();
for (const [path, text] of Object.entries(files)) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  say(`wrote ${path}`);
}
