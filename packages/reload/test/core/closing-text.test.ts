import { describe, expect, it } from 'vitest';
import { closingText } from '../../src/core/closing-text.ts';

const long = 'a { color: red }\n'.repeat(500);

describe('the end of a complete text', () => {
  it.each<[string, string, string, string | undefined]>([
    ['of HTML', 'a.html', '<html><body></body></html>\n', '</html>\n'],
    ['of HTML in capitals', 'a.HTM', '<HTML><BODY></BODY></HTML >', '</HTML >'],
    ['of HTML that ends in a comment', 'a.html', '<html></html><!-- built -->', undefined],
    ['of half an HTML document', 'a.html', '<html><body><p>', undefined],
    ['of HTML that was written over a longer one', 'a.html', '<html></html>\ny></html>', undefined],
    ['of a fragment', 'a.html', '<p>text</p>', undefined],
    ['of CSS', 'a.css', 'a { color: red }\n', '}\n'],
    ['of CSS with nested rules', 'a.css', '@media print { a { color: red } }', '}'],
    ['of CSS with braces in texts', 'a.css', `a::before { content: "}" ; b: '\\'{' } /* { */ i { }`, '}'],
    ['of CSS within a rule', 'a.css', 'a { color: red', undefined],
    ['of CSS within a block', 'a.css', '@media print { a { color: red }\n', undefined],
    ['of CSS within a comment', 'a.css', 'a { } /* b { }', undefined],
    ['of CSS within a string', 'a.css', 'a { } b::before { content: "}\n', undefined],
    ['of CSS with a brace too many', 'a.css', 'a { color: red } }', undefined],
    ['of long CSS', 'a.css', long, long.slice(-64)],
    ['of a file of another kind', 'a.js', 'f() {}\n', undefined],
    ['of nothing', 'a.css', '', undefined],
  ])('[R5] %s', (_name, path, text, expected) => {
    expect(closingText(path, text)).toBe(expected);
  });

  it('[R5] is in no beginning of an HTML document', () => {
    const html = '<!doctype html><html><head><title>T</title></head><body><p>text</p></body></html>\n';
    for (let length = 0; length < html.length; length++)
      expect(closingText('a.html', html.slice(0, length))).not.toBe('</html>\n');
  });

  it('[R5] is in no beginning of a long stylesheet whose last rule has no copy', () => {
    const css = `${long}footer { color: blue }\n`;
    const whole = closingText('a.css', css);
    for (let length = 4_000; length < css.length; length++)
      expect(closingText('a.css', css.slice(0, length))).not.toBe(whole);
  });
});
