import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesIn } from './changelog.mjs';
import { publishedPackages } from './published-packages.mjs';

// Prints what the changelog says about a version of a package: `node print-changelog.mjs NAME VERSION`.
const [name, version = ''] = process.argv.slice(2);
const folder = publishedPackages('.').find(({ manifest }) => manifest.name === name)?.folder;
if (folder === undefined) throw new Error(`${name} is not published`);
process.stdout.write(changesIn(readFileSync(join('packages', folder, 'CHANGELOG.md'), 'utf8'), version));
