import { guard } from './lib/guard.mjs';
import { prepare } from './lib/prepare.mjs';
import { runChecks } from './lib/run-checks.mjs';

// Lint, format, types and what gets published: `npm run check`.
guard();
try {
  await prepare((text) => console.log(text));
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
const { failed } = await runChecks((text) => console.log(text));
process.exit(failed > 0 ? 1 : 0);
