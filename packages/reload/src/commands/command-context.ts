import { stripVTControlCharacters } from 'node:util';
import type { ReloadOverlay } from '@live-online/protocol';
import { findLocation } from '../core/find-location.ts';
import type { CommandReport } from '../events.ts';
import { CommandOutput } from './command-output.ts';
import type { OverlayState } from './overlay-state.ts';
import { startProcessTree, type Exit, type ProcessTree } from './process-tree.ts';

/** What all commands of a server share. */
export interface CommandContext {
  overlay: OverlayState;
  /** Whether pages may show this file, and open it in an editor. */
  isShown: (file: string) => boolean;
  onReport: (report: CommandReport) => void;
  onOutput: (output: { command: string; text: string }) => void;
  onWarning: (text: string) => void;
}

/** How long the processes of a command may take to end after SIGTERM, in ms: for a newer change, and for the end of the tool. */
export const GRACE_MS = { newerChange: 2_000, close: 200 } as const;

/** A command whose output goes to the terminal. */
export interface RunningCommand extends ProcessTree {
  /** The end of its output. */
  text: () => string;
}

export function startCommand(command: string, { onOutput }: CommandContext): RunningCommand {
  const output = new CommandOutput((text) => onOutput({ command, text }));
  const tree = startProcessTree(command, (chunk) => output.write(chunk));
  const exited = tree.exited.then((exit) => {
    output.end();
    return exit;
  });
  return { ...tree, exited, text: () => output.text() };
}

/** The overlay for a command that has failed. */
export function describeFailure(
  command: string,
  exit: Exit,
  text: string,
  isShown: (file: string) => boolean,
): ReloadOverlay {
  const location = findLocation(stripVTControlCharacters(text), isShown);
  return { title: `${command}: ${describeExit(exit)}`, text, ...location };
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `ended by ${signal}`;
}
