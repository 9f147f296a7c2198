import { realpathSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ReloadOverlay } from '@live-online/protocol';
import type { FileChange } from '../core/ports.ts';
import { statFile } from '../files/watch/stat-file.ts';
import { isPublic, isWithin, realPathOf } from '../files/public-path.ts';
import { createEditorRoute } from '../http/editor-route.ts';
import type { ExecOption, Source } from '../options/options.ts';
import { createPatternMatcher } from '../options/watch-roots.ts';
import { addressOf } from '../serving/proxy/backend-address.ts';
import type { CommandContext } from './command-context.ts';
import { ExecRunner, type ExecCommand } from './exec-runner.ts';
import { openEditor } from './open-editor.ts';
import { OverlayState } from './overlay-state.ts';
import { ServeRunner } from './serve-runner.ts';

/** The commands of a server. Changed files pass through them on their way to the pages. */
export interface Commands {
  /** Starts the backend. */
  start(): void;
  /** Runs the commands that depend on changed files, and publishes the changes afterwards. */
  handle(changes: FileChange[]): void;
  /** Whether a command may have written a file, because it runs or has just ended. */
  mayHaveWritten(change: FileChange): boolean;
  /** Whether an update after the restart of the backend follows, or has just been sent. A reload for the restart is not needed. */
  publishesRestart(): boolean;
  /** The problem that pages show. */
  overlay(): ReloadOverlay | null;
  /** Responds to a page that opens a file in an editor. */
  openEditor(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all commands with all their processes. */
  close(): Promise<void>;
}

export interface CommandsOptions extends Omit<CommandContext, 'isShown' | 'overlay'> {
  exec: readonly ExecOption[];
  serveCommand: string | undefined;
  source: Source;
  roots: readonly string[];
  token: string;
  /** Whether pages may have no text of files. [R8] */
  hidesText: () => boolean;
  onOverlay: (overlay: ReloadOverlay | null) => void;
  isSettled: () => boolean;
  publish: (changes: FileChange[]) => void;
}

export function createCommands(options: CommandsOptions): Commands {
  const { exec, serveCommand, source, roots, token, hidesText, publish, onOverlay, onWarning } = options;
  const cwd = realpathSync('.');
  const nameOf = (path: string): string => relative(cwd, path).replaceAll(sep, '/');
  const findFile = (name: string): string | undefined => findShown(name, cwd, roots);
  const withoutText = (problem: ReloadOverlay | null): ReloadOverlay | null =>
    problem && hidesText() ? { title: problem.title } : problem;
  const overlay = new OverlayState((problem) => onOverlay(withoutText(problem)));
  const context: CommandContext = { ...options, overlay, isShown: (file) => findFile(file) !== undefined };

  const serve =
    serveCommand !== undefined && source.kind === 'proxy'
      ? new ServeRunner({ ...context, command: serveCommand, address: addressOf(source.target), publish })
      : undefined;
  const publishNext = serve ? (changes: FileChange[]): void => serve.handle(changes) : publish;
  const folder = source.kind === 'folder' ? source.folder : undefined;
  // Another folder contains sources. Without one, the served folder does.
  const output = folder !== undefined && roots.some((root) => !isWithin(folder, root)) ? folder : undefined;
  const commands = exec.map(({ command, on }): ExecCommand => {
    const matches = on
      ? createPatternMatcher(on)
      : (path: string): boolean => output === undefined || !isWithin(output, path);
    return { command, matches, explicit: on !== undefined };
  });
  const runner =
    commands.length > 0
      ? new ExecRunner({
          ...context,
          commands,
          nameOf,
          isSettled: options.isSettled,
          publish: (changes) => publishNext(withoutSources(changes, commands, folder)),
        })
      : undefined;

  return {
    start: () => serve?.start(),
    handle: runner ? (changes) => runner.handle(changes) : publishNext,
    mayHaveWritten: (change) => runner?.isFromRun(change) ?? false,
    publishesRestart: () => serve?.publishesRestart() ?? false,
    overlay: () => withoutText(overlay.current()),
    openEditor: createEditorRoute({
      token,
      findFile,
      open: (place) => void openEditor(place, onWarning),
    }),
    async close() {
      await Promise.all([runner?.close(), serve?.close()]);
    },
  };
}

/** The real path of a file that pages may show: it lies in a watched folder, and is no dotfile. */
function findShown(file: string, cwd: string, roots: readonly string[]): string | undefined {
  // A root may be a symlink.
  const realRoots = roots.flatMap((root) => realPathOf(root) ?? []);
  // A page knows a file of the served folder by the path of its URL.
  return [...(isAbsolute(file) ? [file] : [resolve(cwd, file)]), ...roots.map((root) => join(root, file))]
    .map(realPathOf)
    .find((path) => path !== undefined && realRoots.some((root) => isPublic(root, path)) && statFile(path));
}

/** Pages of a folder see the output of a command only. Its sources are published if it has written no output. */
function withoutSources(
  changes: FileChange[],
  commands: readonly ExecCommand[],
  folder: string | undefined,
): FileChange[] {
  if (folder === undefined) return changes;
  const others = changes.filter(
    ({ path }) => isWithin(folder, path) || !commands.some(({ matches }) => matches(path)),
  );
  return others.length > 0 ? others : changes;
}
