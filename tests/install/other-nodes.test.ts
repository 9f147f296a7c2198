import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { countsFromItsBin, reloadsFromItsBin } from '../helpers/packed-smoke.ts';
import { createProject, installPacked, type Project } from '../helpers/packed.ts';

/** The versions of Node that are supported beside the one that runs the tests, as npm packages them for this machine. */
const versions = [22, 24, 26];
const nodePackage = `node-${process.platform}-${process.arch}`;

describe.each(versions)('installed with plain npm, on Node %s', (version) => {
  let project: Project;
  let node: string;
  beforeAll(async () => {
    project = await createProject();
    await installPacked(project, [`${nodePackage}@${version}`]);
    node = join(project.folder, 'node_modules', nodePackage, 'bin', 'node');
  }, 180_000);
  afterAll(() => project?.remove());

  it('[C10] the server runs from its bin, serves and counts', async () => {
    await countsFromItsBin(project, node);
  });

  it('[R1] the reload tool runs from its bin, serves and reports a save', async () => {
    await reloadsFromItsBin(project, node);
  });
});
