import { guard } from './guard.mjs';
import { prepare } from './prepare.mjs';

/** Installs and builds what is missing, then leaves signals to what runs next. Exits with code 1 where that fails. */
export async function prepareToRun() {
  const unguard = guard();
  try {
    await prepare((text) => console.log(text));
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exit(1);
  }
  unguard();
}
