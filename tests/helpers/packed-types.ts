import { join } from 'node:path';
import type { Project } from './packed.ts';

/** What a user writes with each entry of the packages. Lines with `@ts-expect-error` must not compile. */
const USE = `
        import { createServer } from 'node:http';
        import { attachCounter, createCounterServer, CounterServerError, memoryStore } from '@live-online/server';
        import { redisStore } from '@live-online/server/redis';
        import { storeContract } from '@live-online/server/testing';
        import { createCounter, type CounterState } from '@live-online/widget';
        import '@live-online/widget/define';
        import type { LiveOnlineCounter } from '@live-online/widget/element';
        import { onlineCount } from '@live-online/widget/svelte';
        import { isTotal, type CounterServerEvents } from '@live-online/protocol';
        import { createReloadServer, ReloadServerError, type UpdateReport } from '@live-online/reload';

        const counter = createCounterServer({ port: 0, sites: ['a.example', { name: 'b.example', token: 't' }], store: memoryStore() });
        counter.on('total', ({ site, total }) => console.log(site.length, total.toFixed()));
        createCounterServer({ store: redisStore('redis://localhost', { name: 'a' }) });
        const detach: () => void = counter.attach(createServer());
        const { url }: { url: string } = await counter.listen();
        const live = createCounter({ server: url });
        const stop = live.subscribe((state: CounterState) => {
          if (state.status === 'live') state.total.toFixed();
        });
        const element: LiveOnlineCounter = document.createElement('live-online-counter');
        Object.assign(element, { min: 2 });
        element.label = { one: '# reader', other: '# readers' };
        // @ts-expect-error members are tabs or people
        element.count = 'devices';
        onlineCount({ server: url }).subscribe((state: CounterState) => console.log(state.status, element.state.total));
        // @ts-expect-error the total of a counter that is not live may be unknown
        live.state.total.toFixed();
        // @ts-expect-error there is no such option
        createCounterServer({ colour: 'blue' });
        // @ts-expect-error there is no such event
        counter.on('party', () => {});
        const total: Parameters<CounterServerEvents['total']>[0] = 1;
        const reload = createReloadServer({ folder: 'content', port: 0 });
        const quiet: () => void = reload.on('update', ({ files }: UpdateReport) => console.log(files.length));
        createServer((request, response) => reload.middleware()(request, response, () => response.end()));
        reload.notify(['a.css']);
        // @ts-expect-error there is no such option
        createReloadServer({ colour: 'blue' });
        console.log(quiet, ReloadServerError, (await reload.listen()).url.length);
        console.log(attachCounter, CounterServerError, storeContract.length, isTotal(total), detach, stop);
`;

/**
 * Compiles code that uses the installed packages, with `strict` and with the types of all libraries checked.
 *
 * @param compiler the folder of a version of TypeScript
 */
export async function checkTypes(
  project: Project,
  resolution: 'bundler' | 'node16',
  compiler: string,
): Promise<void> {
  const folder = `types-${resolution}-${compiler.replace(/.*\//, '')}`;
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    // Types of the packages are checked, those of the language are not.
    skipDefaultLibCheck: true,
    module: resolution === 'bundler' ? 'preserve' : 'node16',
    moduleResolution: resolution,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: ['node'],
  };
  await project.write({
    [`${folder}/tsconfig.json`]: JSON.stringify({ compilerOptions }),
    [`${folder}/use.ts`]: USE,
  });
  await project.run(process.execPath, [join(compiler, 'bin', 'tsc'), '--project', folder]);
}
