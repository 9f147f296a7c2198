/** Something the person at the terminal can mend: its message is shown without a stack. */
export class BenchError extends Error {
  name = 'BenchError';
}
