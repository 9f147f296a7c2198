/** Runs `task` and ignores its errors: without a counter a page still works, with an exception it may not. */
export function suppressErrors(task: () => void): void {
  try {
    task();
  } catch {
    // There is nothing to do about it here.
  }
}
