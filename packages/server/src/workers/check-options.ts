import type { OptionProblem } from '@live-online/internal/option-problems';

/**
 * What no worker can be told, beside what no counter server can.
 *
 * @param prefix what the paths of the options begin with.
 */
export function problemsOfOptions(options: object, prefix: string): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { store, transports } = options as { store?: unknown; transports?: unknown };
  if (store !== undefined) {
    const message = 'cannot be set: workers add up through their primary process, or through redis';
    problems.push({ path: `${prefix}store`, message });
  }
  if (Array.isArray(transports) && transports.includes('polling')) {
    const message =
      'cannot have polling: its requests would reach a different worker each; leave it at websocket, or run without workers';
    problems.push({ path: `${prefix}transports`, message });
  }
  return problems;
}
