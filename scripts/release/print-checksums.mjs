import { checksumsOf } from './checksums.mjs';

// Prints the SHA-256 of each tarball and bill of materials in a folder: `node print-checksums.mjs FOLDER`.
process.stdout.write(checksumsOf(process.argv[2] ?? '.'));
