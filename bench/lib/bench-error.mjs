/** An error that the user can fix: its message is shown without a stack. */
export class BenchError extends Error {
  name = 'BenchError';
}
