import type { OptionProblem } from '@live-online/internal/option-problems';

/**
 * The options that workers cannot have, although a counter server can.
 *
 * @param prefix of the paths of the options.
 */
export function problemsOfOptions(options: object, prefix: string): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { store, transports } = options as { store?: unknown; transports?: unknown };
  if (store !== undefined) {
    const message =
      'cannot be set: workers add up through their primary process, or through the option redis';
    problems.push({ path: `${prefix}store`, message });
  }
  if (Array.isArray(transports) && transports.includes('polling')) {
    const message =
      'cannot include polling, whose requests would reach different workers: leave it at websocket, or run without workers';
    problems.push({ path: `${prefix}transports`, message });
  }
  return problems;
}
