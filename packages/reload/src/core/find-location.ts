/** A place in a file, as compilers print it. Line and column count from 1. */
export interface Location {
  file: string;
  line?: number;
  column?: number;
}

/** `src/app.ts:3:5`, `src/app.ts(3,5)`, `file:///app/src/app.ts:3:5`. */
const WITH_LINE =
  /(?:file:\/\/)?((?:[a-z]:[\\/])?[^\s:()'"<>|*?]*\.[a-z]\w*)(?::(\d{1,7})(?::(\d{1,7}))?|\((\d{1,7})(?:,\s?(\d{1,7}))?\))/gi;
/** `File "app.py", line 3` of Python, `in /app/index.php on line 3` of PHP. */
const IN_WORDS = /(?:\bFile "|\bin )([^\n"]{1,500}?\.[a-z]\w*)(?:", line | on line )(\d{1,7})/gi;
/** `  src/site.scss 1:31  root stylesheet`, as Sass prints it at the beginning of a line. */
const WITH_SPACE = /^\s{0,20}([^\s:()'"<>|*?]{1,500}\.[a-z]\w*) (\d{1,7}):(\d{1,7})(?=\s|$)/i;
/** Longer lines contain code of a bundle, and no place that a person reads. */
const MAX_LINE_LENGTH = 2_000;

/**
 * Finds the first place in the output of a command that names an existing file.
 *
 * @param text the output, without colours
 * @param exists whether a file may be shown
 */
export function findLocation(text: string, exists: (file: string) => boolean): Location | undefined {
  for (const line of text.split('\n')) {
    if (line.length > MAX_LINE_LENGTH) continue;
    for (const location of locationsIn(line)) if (exists(location.file)) return location;
  }
  return undefined;
}

function* locationsIn(line: string): Generator<Location> {
  for (const [, file = '', row, column, otherRow, otherColumn] of line.matchAll(WITH_LINE)) {
    const position = [row ?? otherRow, column ?? otherColumn].map((digits) => Number(digits));
    const [at, from] = position as [number, number];
    yield { file, line: at, ...(from > 0 && { column: from }) };
  }
  for (const [, file = '', row] of line.matchAll(IN_WORDS)) yield { file, line: Number(row) };
  const [, file, row, column] = WITH_SPACE.exec(line) ?? [];
  if (file !== undefined) yield { file, line: Number(row), column: Number(column) };
}
