import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The parts of the compilers that tests use. They come with Vue and Svelte, on which the widget's package depends. */
interface VueCompiler {
  parse(code: string, options: object): { descriptor: object };
  compileScript(descriptor: object, options: object): { content: string };
}
interface SvelteCompiler {
  compile(code: string, options: object): { js: { code: string } };
}

const { resolve } = createRequire(
  fileURLToPath(new URL('../../packages/widget/package.json', import.meta.url)),
);

/** Compiles a component of Vue: its script and its template, as @vitejs/plugin-vue does. */
export async function compileVue(code: string, isServer: boolean): Promise<string> {
  const compiler: VueCompiler = await import(pathToFileURL(resolve('vue/compiler-sfc')).href);
  const { descriptor } = compiler.parse(code, { filename: 'Online.vue' });
  const templateOptions = { ssr: isServer, ssrCssVars: [] };
  return compiler.compileScript(descriptor, { id: 'online', inlineTemplate: true, templateOptions }).content;
}

/** Compiles a component of Svelte. */
export async function compileSvelte(code: string, isServer: boolean): Promise<string> {
  const compiler: SvelteCompiler = await import(pathToFileURL(resolve('svelte/compiler')).href);
  const generate = isServer ? 'server' : 'client';
  return compiler.compile(code, { generate, dev: true, filename: 'Online.svelte' }).js.code;
}
