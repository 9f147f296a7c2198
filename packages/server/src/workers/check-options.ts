import type { OptionProblem } from '../errors.ts';

/**
 * What no worker can be told, beside what no counter server can.
 *
 * @param prefix what the paths of the options begin with.
 */
export function problemsOfOptions(options: object, prefix: string): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { store, transports } = options as { store?: unknown; transports?: unknown };
  if (store !== undefined) {
    const problem = 'cannot be set: workers add up through their primary process, or through redis';
    problems.push({ path: `${prefix}store`, problem });
  }
  if (Array.isArray(transports) && transports.includes('polling')) {
    const problem =
      'cannot have polling: its requests would reach a different worker each; leave it at websocket, or run without workers';
    problems.push({ path: `${prefix}transports`, problem });
  }
  return problems;
}
