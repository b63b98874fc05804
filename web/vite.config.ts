import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.API_URL ?? 'http://127.0.0.1:3000';
const routes = ['/auth', '/admin', '/oauth', '/.well-known', '/openapi.json', '/docs', '/health'];

function clientSource(name: string): string {
  return fileURLToPath(new URL(`../packages/client/src/${name}.ts`, import.meta.url));
}

const parts = /web\/src\/components\/(button|countdown|field|heading|notice|problem|use-action)\.tsx?$/;

export default defineConfig({
  plugins: [react()],
  // The client's sources, so that no other build comes first.
  resolve: {
    alias: {
      '@sallyport/client/recovery': clientSource('recovery'), // before the name that it begins with
      '@sallyport/client': clientSource('index'),
    },
  },
  build: {
    assetsDir: 'pages',
    assetsInlineLimit: 0, // the policy of the pages allows data: for pictures of the API alone
    modulePreload: { polyfill: false },
    // Parts that every page has, in one file: with a file for each, /login would load a kilobyte more.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'parts', test: parts }] } } },
    license: { fileName: 'pages/licenses.md' },
  },
  // For work on the pages: `npm run dev --workspace web` beside `npm start`.
  server: { port: 5173, proxy: Object.fromEntries(routes.map((route) => [route, api])) },
});
