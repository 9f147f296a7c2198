import { findNeed, installCommand, installMissing, needs } from '../../scripts/lib/system-needs.mjs';
import { StartError } from './run.js';

/**
 * Finds programs that are not written in Node. As root on Debian missing ones are installed.
 *
 * @param {...('Redis' | 'nginx' | 'PHP')} names
 * @returns {Promise<string[]>} their paths
 * @throws {StartError} if one is missing
 */
export async function needPrograms(...names) {
  const wanted = needs.filter(({ name }) => names.includes(name));
  const missing = await installMissing(wanted, (text) => console.log(text));
  if (missing.length === 0) return names.map(findNeed);
  const list = missing.map(({ name }) => name).join(' and ');
  throw new StartError(`This example needs ${list}. Install and start again: ${installCommand(missing)}`);
}
