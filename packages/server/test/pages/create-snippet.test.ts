import { describe, expect, it } from 'vitest';
import { readChoice } from '../../pages/embed/choice.ts';
import { createSnippet } from '../../pages/embed/create-snippet.ts';
import { textColorOn } from '../../pages/embed/text-color.ts';

const base = 'https://example.org/live-online/';

function codeOf(query: string): string {
  return createSnippet(readChoice(new URLSearchParams(query)), base).code;
}

describe('the code of a choice', () => {
  it('[B3] has nothing but what differs from the defaults', () => {
    expect(codeOf('')).toBe('<script async src="https://example.org/live-online/"></script>');
    expect(codeOf('look=corner&label=online&position=bottom-right&theme=auto&count=tabs&scope=site')).toBe(
      codeOf(''),
    );
    expect(codeOf('position=top-left&theme=dark&count=people&scope=page&label=reading+now')).toBe(
      `<script
  async
  src="https://example.org/live-online/"
  data-label="reading now"
  data-position="top-left"
  data-theme="dark"
  data-count="people"
  data-scope="page"
></script>`,
    );
  });

  it('[B3] an own colour has text that can be read on it', () => {
    expect(codeOf('color=%234f46e5')).toContain('--loc-background: #4f46e5;\n    --loc-color: #ffffff;');
    expect(codeOf('look=frame&site=a.example&color=%23ffee00')).toContain(
      'badge.html?background=ffee00&amp;color=000000"',
    );
    expect(textColorOn('#767676')).toBe('#000000');
    expect(textColorOn('#747474')).toBe('#ffffff');
  });

  it('[B3] drops options that have no effect on a look', () => {
    expect(codeOf('look=own&color=%23ff0000&position=top-left&theme=dark')).toBe(
      '<p><span data-live-online>0</span> online</p>\n<script async src="https://example.org/live-online/"></script>',
    );
    expect(codeOf('look=inline&position=top-left')).toContain('data-position="inline"');
  });

  it('[B3] of an SVG badge is Markdown or HTML', () => {
    expect(codeOf('look=badge&site=A.example')).toBe(
      '![online](https://example.org/live-online/v1/sites/a.example/badge.svg)',
    );
    expect(
      codeOf(
        'look=badge&site=[::1]&label=a+[b](c)<&style=plastic&shows=people&format=markdown&color=%2300aaff',
      ),
    ).toBe(
      String.raw`![a \[b\](c)\<](https://example.org/live-online/v1/sites/%5B%3A%3A1%5D/badge.svg?label=a+%5Bb%5D%28c%29%3C&color=00aaff&style=plastic)`,
    );
    expect(codeOf('look=badge&site=a.example&format=html&shows=people&label=')).toContain(
      'src="https://example.org/live-online/v1/sites/a.example/badge.svg?label="\n  alt="visitors online"',
    );
  });

  it('[B3] for React and for bundled apps names the entries of the widget', () => {
    expect(codeOf('look=react&count=people&scope=page&label=a+<b>')).toBe(
      `import { useOnlineCount } from '@live-online/widget/react';

export function Online() {
  const { page } = useOnlineCount({
    server: "https://example.org/live-online/",
    count: 'people',
    scope: 'page',
  });
  return page === undefined ? null : <p>{page}{" a <b>"}</p>;
}`,
    );
    expect(codeOf('look=element')).toContain(
      `import '@live-online/widget/define';\n</script>\n<live-online-counter\n  server="https://example.org/live-online/"`,
    );
  });

  it.each(['corner', 'inline', 'own', 'element', 'frame', 'badge', 'badge&format=html'])(
    '[B3] of the look "%s" leaves no text of the form as code',
    (look) => {
      const text = '%22%3E%3Cimg+src%3Dx%3E%26';
      const code = codeOf(`look=${look}&label=${text}&site=${text}`);
      // A backslash makes it text in Markdown.
      expect(code).not.toMatch(/(?<!\\)<img src=x/);
    },
  );
});
