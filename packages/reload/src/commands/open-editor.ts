import type { EditorPlace } from '../http/editor-route.ts';

/** Opens a place in the editor that runs, or that the variable LAUNCH_EDITOR or EDITOR names. */
export async function openEditor(
  { file, line, column }: EditorPlace,
  onWarning: (text: string) => void,
): Promise<void> {
  // Loaded only when a user clicks.
  const { default: launch } = await import('launch-editor');
  launch(`${file}:${line}:${column}`, (_file, problem) =>
    onWarning(
      `cannot open ${file} in an editor${problem ? `: ${problem}` : ''}: set LAUNCH_EDITOR to the command of yours, such as code`,
    ),
  );
}
