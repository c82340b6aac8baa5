import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const server = 'http://127.0.0.1:3001';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['okboxbox:source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Overlays are an entry of their own, without the pages' libraries; a test weighs what it loads.
    rolldownOptions: { input: { pages: 'index.html', overlay: 'overlay.html' } },
  },
  server: { proxy: { '/api': server, '/socket.io': { target: server, ws: true } } },
});
