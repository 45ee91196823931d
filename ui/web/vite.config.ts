import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page is served below a strict content policy: everything is a file of its own, nothing is inlined. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Cytoscape alone is larger than the default threshold; it is loaded lazily, with the first map.
    chunkSizeWarningLimit: 700,
  },
});
