import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { options as messages } from './messages.config.js';

/** The server that `npm run dev` talks to. */
const server = process.env['TORG_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [paraglideVitePlugin(messages), svelte()],
  resolve: {
    alias: { $paraglide: fileURLToPath(new URL('./paraglide', import.meta.url)) },
    // Svelte's package names a server build for Node; tests run components as browsers do.
    ...(process.env['VITEST'] === undefined ? {} : { conditions: ['browser'] }),
  },
  // The page lives at /s/{space}, so everything it loads is named from the root.
  base: '/',
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // The content security policy allows no data: scripts, styles or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: {
      // The server lets in only pages of its own.
      '/ws': { target: server, ws: true, rewriteWsOrigin: true },
      '/api': { target: server },
    },
  },
  appType: 'spa',
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
  },
});
