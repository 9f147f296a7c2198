import { guard } from './lib/guard.mjs';
import { build, install } from './lib/prepare.mjs';

// Installs what is missing and builds every package: `npm run build`.
guard();
try {
  await install((text) => console.log(text));
  await build();
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
process.exit(0);
