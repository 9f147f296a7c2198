/** Does `task`; whatever goes wrong in a hostile page stays out of it. */
export function quietly(task: () => void): void {
  try {
    task();
  } catch {
    // The page comes first: it is better off without a counter than with an error.
  }
}
