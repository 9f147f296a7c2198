import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The index of the files is written shortly after they were read, which leaves garbage, too. */
const DELAY_MS = 2_000;

/** Frees the memory that reading all files has taken. So little is allocated afterwards that Node would keep it for days. */
export function collectGarbageSoon(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  }, DELAY_MS).unref();
}
