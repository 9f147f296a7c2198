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
const ELEMENT = `import '@live-online/widget/define';`;
const ELEMENT_UNUSED = `import { LiveOnlineCounter } from '@live-online/widget/element';`;
/** The apps have the framework already: it is external. */
const frameworks = {
  React: `import { useOnlineCount } from '@live-online/widget/react'; globalThis.use = useOnlineCount;`,
  Vue: `import { useOnlineCount } from '@live-online/widget/vue'; globalThis.use = useOnlineCount;`,
  Svelte: `import { onlineCount } from '@live-online/widget/svelte'; globalThis.use = onlineCount;`,
};
/** Bytes: the script tag in brotli, as browsers get it, and the others in gzip. */
export const budgets = {
  scriptTag: 2_500,
  secondFile: 2_600,
  createCounter: 1_250,
  element: 5_500,
  framework: 2_600,
};

/** @returns {Promise<{ name: string, gzipBytes: number, brotliBytes: number, budget: string, isOver: boolean }[]>} */
export async function measureSizes() {
  const scriptTag = await readFile(new URL('../dist/live-online.js', import.meta.url));
  const secondFile = await readFile(new URL('../dist/live-online.more.js', import.meta.url));
  const [app, counting, unused, element, elementUnused, ...hooks] = await Promise.all(
    [
      SOCKET_IO,
      SOCKET_IO + COUNTER,
      SOCKET_IO + UNUSED,
      ELEMENT,
      SOCKET_IO + ELEMENT_UNUSED,
      ...Object.values(frameworks),
    ].map(bundle),
  );
  return [
    row('script tag', { brotliBytes: budgets.scriptTag }, scriptTag),
    row('its second file', { brotliBytes: budgets.secondFile }, secondFile),
    row(
      'createCounter, in an app that has socket.io-client',
      { gzipBytes: budgets.createCounter },
      counting,
      app,
    ),
    row('the same import, unused', { gzipBytes: 0 }, unused, app),
    row('the element, with English texts', { gzipBytes: budgets.element }, element),
    row('the class of the element, unused', { gzipBytes: 0 }, elementUnused, app),
    ...Object.keys(frameworks).map((name, index) =>
      row(`the counter for ${name}`, { gzipBytes: budgets.framework }, hooks[index]),
    ),
  ];
}

function row(name, budget, code, baseline) {
  const weigh = (compress) => compress(code).length - (baseline ? compress(baseline).length : 0);
  const bytes = {
    gzipBytes: weigh((text) => gzipSync(text, { level: 9 })),
    brotliBytes: weigh((text) => brotliCompressSync(text)),
  };
  const [[unit, budgetBytes]] = Object.entries(budget);
  const isOver = bytes[unit] > budgetBytes;
  return { name, ...bytes, budget: `${budgetBytes} (${unit.slice(0, -'Bytes'.length)})`, isOver };
}

/** The production bundle of an app with this code, without what it loads when it needs it. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    external: ['react', 'vue', './labels/*', '@live-online/widget/live-online.more.js'],
    // esbuild warns about chunks of packages outside of node_modules whose side effects are declared.
    logLevel: 'error',
  });
  const { code } = await minify(outputFiles[0].text, { ecma: 2020, module: true, compress: { passes: 2 } });
  return code;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await measureSizes();
  console.table(
    Object.fromEntries(
      sizes.map(({ name, gzipBytes, brotliBytes, budget }) => [
        name,
        { gzip: gzipBytes, brotli: brotliBytes, budget },
      ]),
    ),
  );
  if (sizes.some(({ isOver }) => isOver)) {
    console.error('The widget is over its budget.');
    process.exitCode = 1;
  }
}
