import { verifyChecksums } from './checksums.mjs';

// Compares the files of a release with their checksums in `TESTED_SHA256`: `node verify-checksums.mjs FOLDER`.
try {
  verifyChecksums(process.argv[2] ?? '.', process.env.TESTED_SHA256 ?? '');
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
