import { pack, packedFolder } from '../lib/checks.mjs';
import { guard } from '../lib/guard.mjs';
import { prepare } from '../lib/prepare.mjs';
import { writeBillsOfMaterials } from './bill-of-materials.mjs';

// Builds and packs the packages, and writes their bills of materials, into the folder that `PACKED_FOLDER` names. With this
// variable, `npm test` and `npm run test:long` test these tarballs and pack nothing.
guard();
try {
  await prepare((text) => console.log(text));
  const { code, output } = await pack(packedFolder);
  if (code !== 0) throw new Error(output.trim());
  await writeBillsOfMaterials(packedFolder);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
process.exit(0);
