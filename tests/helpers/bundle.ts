import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import type { SitePage } from './site.ts';

/** The widget's package, which has React, Vue and Svelte among its dependencies for development. */
const widgetFolder = fileURLToPath(new URL('../../packages/widget', import.meta.url));

/** An app: the text of its entry, and of the modules that it imports, by their specifiers, such as `./Online.vue`. */
export interface App {
  entry: string;
  modules?: Record<string, string>;
}

/** Bundles an app for browsers. The result are the files of a site: `/app.js`, and what it imports when needed. */
export async function bundleApp(app: App): Promise<Record<string, SitePage>> {
  const { outputFiles } = await build({
    ...settings(app),
    platform: 'browser',
    splitting: true,
    outdir: '/',
    entryNames: 'app',
  });
  return Object.fromEntries(
    outputFiles!.map(({ path, text }) => [path, { file: text, type: 'text/javascript' as const }]),
  );
}

/** Bundles a module for a server render. It is a module of Node, as a `data:` URL. */
export async function bundleForServer(app: App): Promise<string> {
  const { outputFiles } = await build({
    ...settings(app),
    platform: 'node',
    // Libraries that are CommonJS require modules of Node.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire('file:///');` },
  });
  return `data:text/javascript;base64,${Buffer.from(outputFiles![0]!.contents).toString('base64')}`;
}

function settings({ entry, modules = {} }: App): BuildOptions {
  return {
    stdin: { contents: entry, resolveDir: widgetFolder, loader: 'tsx', sourcefile: 'app.tsx' },
    plugins: [fromText(modules)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    // React's strict mode mounts twice, and frameworks report what does not fit to a server render.
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
    // esbuild warns about chunks of packages outside of node_modules whose side effects are declared.
    logLevel: 'error',
  };
}

function fromText(modules: Record<string, string>): Plugin {
  return {
    name: 'from-text',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path }) =>
        modules[path] === undefined ? undefined : { path, namespace: 'text' },
      );
      build.onLoad({ filter: /./, namespace: 'text' }, ({ path }) => ({
        contents: modules[path]!,
        loader: 'tsx',
        resolveDir: widgetFolder,
      }));
    },
  };
}
