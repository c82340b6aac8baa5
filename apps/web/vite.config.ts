import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const server = 'http://127.0.0.1:3001';

/** While pages are worked on, Vite serves the documents; as the server does, but for the policy. */
const documents: Plugin = {
  name: 'okboxbox-documents',
  apply: 'serve',
  configureServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      if (request.url?.startsWith('/overlay/')) request.url = '/overlay.html';
      next();
    });
  },
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { name: 'okboxbox-command', content: 'npx --no-install okboxbox' }, injectTo: 'head' },
  ],
};

export default defineConfig(({ mode }) => ({
  plugins: [react(), documents],
  resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Overlays are an entry of their own, without the pages' libraries; a test weighs what it loads.
    // The gallery of components is built for tests alone: it is no part of what is served.
    rolldownOptions: {
      input: mode === 'gallery' ? { kit: 'kit.html' } : { pages: 'index.html', overlay: 'overlay.html' },
    },
    // Says which files each page loads; a test reads it.
    manifest: true,
  },
  server: {
    proxy: { '/api': server, '/admin/ops/pack-viewer.html': server, '/socket.io': { target: server, ws: true } },
  },
}));
