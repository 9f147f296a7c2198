/**
 * Compares the sizes of the built widget with their budgets. `node packages/widget/scripts/size.mjs` prints a table and
 * exits with 1 if a size is over its budget. Build first.
 */
import { readFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOCKET_IO = `import { io } from 'socket.io-client'; globalThis.app = io;`;
const COUNTER = `import { createCounter } from '@live-online/widget'; globalThis.counter = createCounter;`;
const UNUSED = `import { createCounter } from '@live-online/widget';`;
/** Bytes in gzip. */
export const budgets = { scriptTag: 11_000, createCounter: 1_000 };

/** @returns {Promise<{ name: string, gzipBytes: number, brotliBytes: number, budgetBytes: number }[]>} */
export async function measureSizes() {
  const scriptTag = await readFile(new URL('../dist/live-online.js', import.meta.url));
  const [app, counting, unused] = await Promise.all(
    [SOCKET_IO, SOCKET_IO + COUNTER, SOCKET_IO + UNUSED].map(bundle),
  );
  return [
    row('script tag', budgets.scriptTag, scriptTag),
    row('createCounter, in an app that has socket.io-client', budgets.createCounter, counting, app),
    row('the same import, unused', 0, unused, app),
  ];
}

function row(name, budgetBytes, code, baseline) {
  const weigh = (compress) => compress(code).length - (baseline ? compress(baseline).length : 0);
  const gzipBytes = weigh((text) => gzipSync(text, { level: 9 }));
  return { name, gzipBytes, brotliBytes: weigh((text) => brotliCompressSync(text)), budgetBytes };
}

/** The production bundle of an app with this code. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const { code } = await minify(outputFiles[0].text, { ecma: 2020, module: true, compress: { passes: 2 } });
  return code;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await measureSizes();
  console.table(
    Object.fromEntries(
      sizes.map(({ name, gzipBytes, brotliBytes, budgetBytes }) => [
        name,
        { gzip: gzipBytes, budget: budgetBytes, brotli: brotliBytes },
      ]),
    ),
  );
  if (sizes.some(({ gzipBytes, budgetBytes }) => gzipBytes > budgetBytes)) {
    console.error('The widget is over its budget.');
    process.exitCode = 1;
  }
}
