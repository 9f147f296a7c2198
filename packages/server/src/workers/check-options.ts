import type { CounterServerOptions } from '../options/options.ts';
import type { OptionProblem } from '@live-online/internal/option-problems';

/**
 * The options that workers cannot have, although a counter server can.
 *
 * @param prefix of the paths of the options.
 */
export function problemsOfOptions(options: object, prefix: string): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { store, transports, metricsPort, webhooks } = options as CounterServerOptions;
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
  for (const [option, value] of Object.entries({ metricsPort, webhooks })) {
    if (value === undefined || prefix !== 'module.') continue;
    const message = 'cannot be set by a module, which only the workers load: set it in options';
    problems.push({ path: `${prefix}${option}`, message });
  }
  return problems;
}
