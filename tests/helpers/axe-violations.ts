import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules whose result depends on colours. Others do not need a second run in other colours. */
const colorRules = ['color-contrast', 'link-in-text-block'];

/**
 * The rules of axe-core that a page breaks, each with the elements.
 *
 * @param rules `colors` are those about colours: they are enough for a page that has been tested in other colours
 */
export async function axeViolations(page: Page, rules: 'all' | 'colors' = 'all'): Promise<string[]> {
  // Half a megabyte of code, which a document keeps.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (only) => {
      // A change of the color scheme, or of a state, has been drawn then.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const transitions = document.getAnimations().filter((one) => one instanceof CSSTransition);
      await Promise.allSettled(transitions.map(({ finished }) => finished));
      const { axe: loaded } = window as unknown as { axe: typeof axe };
      const { violations } = await loaded.run(
        only === null ? {} : { runOnly: { type: 'rule', values: only } },
      );
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    rules === 'colors' ? colorRules : null,
  );
}
