import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool, type Project } from './packed.ts';

/** Bundles a module for browsers in a folder of a project. Returns the text of each file, by its name. */
type Bundle = (project: Project, folder: string, source: string) => Promise<Record<string, string>>;

const withVite: Bundle = async (project, folder, source) => {
  await project.write({
    [`${folder}/index.html`]: '<!doctype html><script type="module" src="./main.js"></script>',
    [`${folder}/main.js`]: source,
  });
  const out = join(project.folder, folder, 'out');
  await project.run(tool('vite'), ['build', '--logLevel', 'warn', '--outDir', out, folder]);
  return readTexts(join(out, 'assets'));
};

const withEsbuild: Bundle = async (project, folder, source) => {
  await project.write({ [`${folder}/main.js`]: source });
  const out = join(project.folder, folder, 'out');
  const options = ['--bundle', '--minify', '--format=esm', `--outdir=${out}`];
  await project.run(tool('esbuild'), [`${folder}/main.js`, ...options]);
  return readTexts(out);
};

/** Bundlers that the repository has installed. */
export const bundlers: [name: string, bundle: Bundle][] = [
  ['Vite', withVite],
  ['esbuild', withEsbuild],
];

/** webpack, which has to be installed in the project: `webpack` and `webpack-cli`. */
export const withWebpack: Bundle = async (project, folder, source) => {
  await project.write({ [`${folder}/main.js`]: source });
  const out = join(project.folder, folder, 'out');
  const options = ['--mode', 'production', '--entry', `./${folder}/main.js`, '--output-path', out];
  await project.run(join(project.folder, 'node_modules', '.bin', 'webpack'), options);
  return readTexts(out);
};

async function readTexts(folder: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    if (name.endsWith('.js')) texts[name] = await readFile(join(folder, name), 'utf8');
  }
  return texts;
}
