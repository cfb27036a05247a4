import { createHash } from 'node:crypto';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const WORKER = 'sw.js';

/** Tell the service worker which files make the shell, and a version that changes with any of them. */
function shellList(): Plugin {
  return {
    name: 'beffroi-shell-list',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') return this.error('no service worker in the bundle');
      const files = Object.keys(bundle).filter((name) => name !== WORKER && name !== 'index.html' && !name.endsWith('.map')).sort();
      const page = bundle['index.html'];
      const version = createHash('sha256').update(files.join('\n')).update(page?.type === 'asset' ? page.source : '').digest('hex').slice(0, 12);
      const list = JSON.stringify([...files.map((name) => `/${name}`), '/favicon.svg']);
      worker.code = worker.code.replace('__VERSION__', version).replace(/["'`]__FILES__["'`]/, list);
    },
  };
}

export default defineConfig({
  plugins: [svelte(), shellList()],
  build: {
    outDir: '../../src/beffroi/server/static',
    emptyOutDir: true,
    target: 'es2022',
    // the content security policy allows no data: font or script
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      output: {
        // a service worker keeps its address for ever
        entryFileNames: (chunk) => (chunk.name === 'sw' ? WORKER : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules\/maplibre-gl/ },
            { name: 'svelte', test: /node_modules\/svelte/ },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: process.env.BEFFROI_CORE ?? 'http://127.0.0.1:8080', ws: true } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
