import { createHash } from 'node:crypto';
import { EMPTY_PACK_ELEMENT } from '@okboxbox/protocol';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const PAGE = 'pack-viewer.html';
const SCRIPT = /\s*<script type="module"[^>]*><\/script>/;
const STYLE = /\s*<link rel="stylesheet"[^>]*>/;

/** Puts the one script and the one style sheet into the page, and lets the page load nothing at all. */
const oneFile: Plugin = {
  name: 'okboxbox-one-file',
  enforce: 'post',
  // Behind Vite's own, which still write into the script.
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const page = bundle[PAGE];
      if (page?.type !== 'asset') this.error(`${PAGE} was not built.`);
      const files = Object.values(bundle).filter((file) => file !== page);
      const scripts = files.flatMap((file) => (file.type === 'chunk' ? [file.code] : []));
      const styles = files.flatMap((file) =>
        file.type === 'asset' && isStyle(file.fileName) ? [String(file.source)] : [],
      );
      const [code, style] = [scripts[0], styles[0]];
      if (code === undefined || style === undefined || files.length !== 2)
        this.error(`One script and one style sheet are due, not ${files.map(({ fileName }) => fileName).join(', ')}.`);
      // In a script these signs stand in texts and patterns alone, where a backslash changes nothing.
      const script = code.replace(/<(?=\/script|script)/gi, '\\x3c').replaceAll('<!--', '\\x3c!--');
      const hash = createHash('sha256').update(script).digest('base64');
      const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
      const html = String(page.source)
        .replace(SCRIPT, '')
        .replace(STYLE, '')
        .replace(
          /<meta charset="utf-8" \/>/,
          (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
        )
        .replace('</head>', () => `<style>${style}</style></head>`)
        .replace(EMPTY_PACK_ELEMENT, (element) => `<script type="module">${script}</script>\n    ${element}`);
      if (/(?:src|href)="(?!data:)/.test(html.replace(script, ''))) this.error(`${PAGE} would load something.`);
      page.source = html;
      for (const { fileName } of files) delete bundle[fileName];
    },
  },
};

function isStyle(name: string): boolean {
  return name.endsWith('.css');
}

/** The console's views of a support pack as one file, into which a pack is put. Built beside the pages. */
export default defineConfig({
  plugins: [react(), oneFile],
  resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssCodeSplit: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rolldownOptions: { input: { viewer: PAGE }, output: { codeSplitting: false } },
  },
});
