import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchByFakeClock } from '../helpers/watched-files.ts';

const page = (text: string): string =>
  `<html><body><h1>${text}</h1>${'<p>text</p>\n'.repeat(600)}</body></html>\n`;
const rules = (first: string): string =>
  `h1 { color: ${first} }\n${'p { margin: 0 }\n'.repeat(400)}i { top: 0 }\n`;
const FILES = { 'page.html': page('start'), 'site.css': rules('red') };

/** Watches files of which each was saved before, by one write and alone. */
async function savedBefore() {
  const watched = await watchByFakeClock(FILES);
  const { at, change, pass, reported, updates } = watched;
  for (const [name, text] of [
    ['page.html', page('before')],
    ['site.css', rules('green')],
  ] as const) {
    await change(() => writeFileSync(at(name), text));
    await reported(updates.length + 1);
    await pass(200);
  }
  /** Writes a file in pieces, each at its own place, with pauses in between. */
  async function writePieces(
    name: string,
    flags: 'w' | 'r+',
    pauseMs: number,
    pieces: string[],
  ): Promise<void> {
    const file = openSync(at(name), flags);
    onTestFinished(() => closeSync(file));
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await pass(pauseMs);
      await change(() => writeSync(file, piece));
    }
  }
  return { ...watched, writePieces };
}

/** A text in two parts: its beginning, up to and with the last `end` before `share` of it, and the rest. */
function cut(text: string, share: number, end: string): string[] {
  const index = text.lastIndexOf(end, text.length * share) + end.length;
  return [text.slice(0, index), text.slice(index)];
}

describe('a complete file', () => {
  it.each([
    ['HTML', 'page.html', page('after, and longer')],
    ['a stylesheet', 'site.css', rules('yellow')],
  ])('[R2] %s is reported after 2 ms', async (_name, name, text) => {
    const { at, change, pass, updates } = await savedBefore();
    await change(() => writeFileSync(at(name), text));
    await pass(4);
    expect(updates.at(-1)).toEqual({ files: [name], lengths: { [name]: text.length } });
    expect(updates).toHaveLength(3);
  });

  it('[R2] renamed into place is reported after 2 ms', async () => {
    const { at, change, pass, updates } = await savedBefore();
    writeFileSync(at('.new'), page('after'));
    await change(() => renameSync(at('.new'), at('page.html')));
    await pass(4);
    expect(updates).toHaveLength(3);
  });

  it('[R2] two of them that are saved at once are one update', async () => {
    const { at, change, reported, nothingElse } = await savedBefore();
    await change(() => {
      writeFileSync(at('page.html'), page('after'));
      writeFileSync(at('site.css'), rules('blue'));
    });
    expect((await reported(3)).at(-1)).toEqual(['page.html', 'site.css']);
    await nothingElse(3);
  });

  it('[R5] is served at once after it was reported, although it was written a moment ago', async () => {
    const { at, content, change, pass, updates } = await savedBefore();
    await change(() => writeFileSync(at('site.css'), rules('blue')));
    await pass(4);
    expect(updates).toHaveLength(3);
    // By the fake clock, no time passes.
    await content.whenStable(at('site.css'));
  });
});

describe('a file that is not complete', () => {
  const after = page('after, and longer');
  const colors = rules('lightgoldenrodyellow');

  it.each<[string, string, 'w' | 'r+', number, string[]]>([
    ['HTML, cut in its last tenth', 'page.html', 'w', 8, cut(after, 0.95, '</p>')],
    ['HTML, cut in its middle', 'page.html', 'w', 100, cut(after, 0.5, '</p>')],
    ['HTML, cut before its last byte', 'page.html', 'w', 8, cut(after, 1, '</html>')],
    ['a stylesheet, cut at the end of a rule', 'site.css', 'w', 8, cut(colors, 0.95, '}\n')],
    ['a stylesheet, cut in a rule', 'site.css', 'w', 8, cut(colors, 0.95, '{')],
    [
      'HTML, of which the beginning is written over',
      'page.html',
      'r+',
      8,
      cut(page('BEFORE').toUpperCase(), 0.5, '</P>'),
    ],
  ])('[R5] %s, is waited for: one update, of the whole file', async (_name, name, flags, pauseMs, pieces) => {
    const { writePieces, reported, nothingElse, updates } = await savedBefore();
    await writePieces(name, flags, pauseMs, pieces);
    expect((await reported(3)).at(-1)).toEqual([name]);
    expect(updates.at(-1)!.lengths).toEqual({ [name]: pieces.join('').length });
    await nothingElse(3);
  });

  it('[R5] is not served before it is complete', async () => {
    const { at, content, change, pass, writePieces } = await savedBefore();
    let served = 0;
    await change(() => writeFileSync(at('page.html'), cut(after, 0.95, '</p>')[0]!));
    void content.whenStable(at('page.html')).then((stat) => (served = stat!.size));
    await pass(8);
    expect(served).toBe(0);
    await writePieces('page.html', 'w', 0, [after]);
    await pass(200);
    expect(served).toBe(after.length);
  });
});
