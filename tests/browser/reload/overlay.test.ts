import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { axeViolations } from '../../helpers/axe-violations.ts';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const PAGE =
  '<!doctype html><html lang="en"><title>Test</title><body><main><h1>Hello</h1><input id="field" aria-label="Field"></main>';

/** A command that fails while its source contains "fail". */
const check = (source: string): string =>
  `"${process.execPath}" -e "const t = require('fs').readFileSync('${source}', 'utf8'); if (t.includes('fail')) { console.log('\\x1b[31merror\\x1b[39m ${source}:2:5 ' + t); process.exit(1); }"`;

inChromiumFirst('the overlay in $name', ({ name, getContext }) => {
  async function start(page = PAGE) {
    const made = makeFolder({ 'src/a.txt': 'one', 'site/index.html': page });
    const command = check(join(made.folder, 'src/a.txt'));
    const tool = await startReload({
      folder: join(made.folder, 'site'),
      exec: [{ command, on: [join(made.folder, 'src')] }],
      scriptErrors: true,
    });
    await tool.read;
    const context = await getContext();
    const tab = await openTab(context, tool.url);
    return { ...made, tool, context, tab, dialog: tab.page.getByRole('alertdialog') };
  }

  it('[R10] a failed command is shown in its colours, Escape closes it, and it goes when the command works', async () => {
    const { write, tab, dialog, folder, tool, context } = await start();
    const { page } = tab;
    await page.focus('#field');
    write('src/a.txt', 'fail');
    await dialog.waitFor();
    expect(await dialog.locator('h1').textContent()).toMatch(/: exit code 1$/);
    expect(await dialog.locator('pre').textContent()).toBe(`error ${folder}/src/a.txt:2:5 fail`);
    const red = dialog.locator('pre span').first();
    expect(await red.textContent()).toBe('error');
    expect(await red.evaluate((span) => getComputedStyle(span).color)).toBe('rgb(179, 38, 30)');
    // The same elements everywhere, and slow in Firefox.
    for (const colorScheme of name === 'chromium' ? (['light', 'dark'] as const) : []) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: null });

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('field');
    const other = await openTab(context, tool.url);
    await other.page.getByRole('alertdialog').waitFor();
    write('src/a.txt', 'works');
    await other.page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(tab.problems).toEqual([]);
  });

  it('[R10] a click opens the file in the editor', async () => {
    const { write, dialog, folder } = await start();
    write('code', `#!/bin/sh\nprintf '%s ' "$@" > "${folder}/opened"\n`);
    chmodSync(join(folder, 'code'), 0o755);
    vi.stubEnv('LAUNCH_EDITOR', join(folder, 'code'));
    onTestFinished(() => void vi.unstubAllEnvs());
    write('src/a.txt', 'fail');
    await dialog.getByRole('button', { name: 'src/a.txt:2:5' }).click();
    const opened = join(folder, 'opened');
    await vi.waitFor(() =>
      expect(existsSync(opened) && readFileSync(opened, 'utf8')).toContain(`${folder}/src/a.txt:2:5`),
    );
  });

  it('[R10] an error of a script is shown, and goes with the next load', async () => {
    const { write, dialog } = await start(`${PAGE}<script>\nnull.missing;\n</script>`);
    await dialog.waitFor();
    expect(await dialog.locator('h1').textContent()).toMatch(/^Script error: .*null/);
    write('site/index.html', `${PAGE}<script>\nwindow.works = true;\n</script>`);
    await dialog.waitFor({ state: 'detached' });
  });

  it('[R10] it works under a policy that forbids styles, scripts and requests', async () => {
    const backend = createServer((_request, response) => {
      const policy =
        "default-src 'none'; script-src 'nonce-x'; style-src 'none'; img-src *; require-trusted-types-for 'script'";
      response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Content-Type', 'text/html');
      response.end(PAGE);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void backend.close());
    await vi.waitFor(() => expect(backend.listening).toBe(true));
    const { folder, write } = makeFolder({ 'src/a.txt': 'one' });
    const tool = await startReload({
      proxy: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
      exec: [{ command: check(join(folder, 'src/a.txt')), on: [join(folder, 'src')] }],
    });
    await tool.read;
    const { page, problems } = await openTab(await getContext(), tool.url);
    write('src/a.txt', 'fail');
    const dialog = page.getByRole('alertdialog');
    await dialog.waitFor();
    expect(await dialog.evaluate((element) => getComputedStyle(element).borderTopWidth)).toBe('4px');
    expect(problems).toEqual([]);
  });
});
