import { describe, expect, it } from 'vitest';
import { compileExamples, readExamples, readPublicFunctions } from '../helpers/doc-examples.ts';

const published = ['protocol', 'server', 'widget', 'reload'];

describe('examples in docstrings', () => {
  it.each(published)('[docs] every function that %s exports has one @example, which imports it', (name) => {
    for (const { name: exported, specifier, examples } of readPublicFunctions(name)) {
      expect(examples, `@example of ${exported} of ${specifier}`).toHaveLength(1);
      const from = new RegExp(`import \\{[^}]*\\b${exported}\\b[^}]*\\} from '${specifier}';`);
      expect(examples[0], `@example of ${exported}`).toMatch(from);
    }
  });

  it('[docs] every @example compiles, and a wrong one does not', () => {
    const examples = published.flatMap(readExamples);
    expect(examples.length).toBeGreaterThan(0);
    const { folder } = examples[0]!;
    const wrong = [
      `import { isTotal } from '@live-online/protocol';\nisTotal(1, 2);`,
      `import { isMissing } from '@live-online/protocol';\nisMissing();`,
    ].map((code, index) => ({ folder, place: `wrong ${index}`, code }));
    expect(compileExamples([...examples, ...wrong])).toEqual([
      expect.stringMatching(/^wrong 0: .*arguments/),
      expect.stringMatching(/^wrong 1: .*isMissing/),
    ]);
  });
});
