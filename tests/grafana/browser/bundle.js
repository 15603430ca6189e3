// The page and the packages as one script. What only draws - editors, and the packages that they are made with - is left
// out: nobody looks at this page, and it is three quarters of what npm would install.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const { overrides } = JSON.parse(readFileSync(`${here}package.json`));
// The assistant, a button of Grafana's cloud, is not on npm at all.
const DRAWING = ['@grafana/assistant', ...Object.keys(overrides)];
const EDITORS = /\/(components|configuration)\/.+\.mjs$/;

const nothing = {
  name: 'nothing',
  setup({ onResolve, onLoad }) {
    const left = { path: 'nothing', namespace: 'nothing' };
    const draws = (path) => DRAWING.some((name) => path === name || path.startsWith(`${name}/`));
    onResolve({ filter: /^[^.]/ }, (asked) => (draws(asked.path) ? left : undefined));
    onResolve({ filter: EDITORS }, (asked) => (asked.importer.includes('@grafana/prometheus') ? left : undefined));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** The script. */
export async function bundled() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ['page.js'],
    plugins: [nothing],
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
