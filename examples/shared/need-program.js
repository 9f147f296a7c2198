import { findNeed, installCommand, installMissing, needs } from '../../scripts/lib/system-needs.mjs';
import { StartError } from './run.js';

/**
 * Finds a program that is not written in Node. As root on Debian a missing one is installed.
 *
 * @param {'Redis' | 'nginx' | 'PHP'} name
 * @returns {Promise<string>} its path
 * @throws {StartError} if it is missing
 */
export async function needProgram(name) {
  const wanted = needs.filter((need) => need.name === name);
  const missing = await installMissing(wanted, (text) => console.log(text));
  if (missing.length === 0) return findNeed(name);
  throw new StartError(`This example needs ${name}. Install it, then start again: ${installCommand(wanted)}`);
}
