import { BaseSequencer } from 'vitest/node';

/**
 * The projects, in the order in which their files begin. A worker whose next file belongs to another project ends, and the
 * browsers and modules that its files share end with it. So the files of a project stay together, and those of projects
 * whose files share nothing (`unit-globals`, `whole`) come first.
 */
const projects = ['unit-globals', 'redis', 'unit', 'whole', 'browser'];

/**
 * The slowest files, in the order in which those of a project begin. Vitest sorts by size if it has no record of durations,
 * as in a fresh checkout. A short file that waits for half a minute would begin last, and delay the end. Files that mostly
 * wait are not all at the beginning, because the cores would be idle while all workers wait.
 */
export const longest = [
  'packages/server/test/attacks/fuzz.test.ts',
  'packages/widget/test/connection-contract.test.ts',
  'packages/widget/test/built.test.ts',
  'packages/server/test/redis/cluster.test.ts',
  'packages/server/test/redis/cli.test.ts',
  'packages/server/test/redis/worker-pools.test.ts',
  'packages/server/test/sockets/dead-clients.test.ts',
  'packages/server/test/cli.test.ts',
  'packages/reload/test/cli/cli.test.ts',
  'packages/server/test/attacks/web-socket.test.ts',
  'packages/server/test/workers/events.test.ts',
  'packages/server/test/attacks/held.test.ts',
  'packages/reload/test/server/held-connections.test.ts',
  'packages/server/test/attacks/plain-http.test.ts',
  'packages/reload/test/watch/folders.test.ts',
  'packages/server/test/http/pending.test.ts',
  'packages/reload/test/files/saves.test.ts',
  'packages/server/test/transport/life-cycle.test.ts',
  'packages/server/test/transport/handshake.test.ts',
  'packages/server/test/attacks/polling.test.ts',
  'packages/server/test/sockets/burst.test.ts',
  'packages/server/test/workers/starting.test.ts',
  'packages/server/test/workers/command-line.test.ts',
  'packages/server/test/sockets/pages.test.ts',
  'packages/reload/test/watch/limits.test.ts',
  'packages/server/test/sockets/draining.test.ts',
  'packages/server/test/sockets/sleepers.test.ts',
  'packages/server/test/transport/same-outcome.test.ts',
  'packages/server/test/workers/pool.test.ts',
  'packages/server/test/workers/api.test.ts',
  'packages/server/test/attacks/joined-at-once.test.ts',
  'tests/install/packed.test.ts',
  'tests/repository/test-command.test.ts',
  'tests/deploy/reverse-proxies.test.ts',
  'tests/repository/doc-snippets.test.ts',
  'tests/repository/lint-rules.test.ts',
  'tests/repository/reproducible-build.test.ts',
  'tests/browser/dashboard.test.ts',
  'tests/browser/reload/versions.test.ts',
  'tests/browser/people-and-pages.test.ts',
  'tests/browser/reload/connection.test.ts',
  'tests/browser/page-first.test.ts',
  'tests/browser/counting.test.ts',
  'tests/browser/reload/folder.test.ts',
  'tests/browser/readme.test.ts',
  'tests/browser/reload/unusual-pages.test.ts',
  'tests/browser/reload/morph.test.ts',
  'tests/browser/page-frameworks.test.ts',
  'tests/browser/embed-page.test.ts',
  'tests/browser/replaced-pages.test.ts',
  'tests/browser/start.test.ts',
  'tests/browser/package-readmes.test.ts',
  'tests/browser/reload/css-and-images.test.ts',
  'tests/browser/lost-leaders.test.ts',
  'tests/browser/script-tags.test.ts',
  'tests/browser/dashboard-servers.test.ts',
  'tests/browser/reload/overlay.test.ts',
  'tests/browser/frameworks.test.ts',
  'tests/browser/without-web-socket.test.ts',
  'tests/browser/stock-clients.test.ts',
  'tests/browser/element-access.test.ts',
  'tests/browser/element.test.ts',
  'tests/browser/reload/status-page.test.ts',
  'tests/browser/opt-out.test.ts',
  'tests/browser/reload/proxy-and-no-serve.test.ts',
  'tests/browser/plain-nginx.test.ts',
  'tests/browser/docs.test.ts',
  'tests/browser/element-options.test.ts',
  'tests/browser/redis-example.test.ts',
  'tests/browser/reload/service-workers.test.ts',
  'tests/browser/playground.test.ts',
  'tests/browser/bundled-app.test.ts',
  'tests/browser/reload/needless-updates.test.ts',
  'tests/browser/server-rendered.test.ts',
  'tests/browser/page-styles.test.ts',
  'tests/browser/counters-with-options.test.ts',
  'tests/browser/prerendered.test.ts',
  'tests/browser/reload/backends.test.ts',
];

/** Begins with the slowest files of each project, so that none of them runs alone at the end. */
export default class LongestFirstSequencer extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    /** @param {import('vitest/node').TestSpecification} file */
    const rank = ({ moduleId, project }) => {
      const index = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return [projects.indexOf(project.name), index === -1 ? longest.length : index];
    };
    const ranks = new Map(files.map((file) => [file, rank(file)]));
    // The sort is stable: other files keep the order of vitest.
    return (await super.sort(files)).sort((a, b) => {
      const [[projectA, indexA], [projectB, indexB]] = [ranks.get(a), ranks.get(b)];
      return projectA - projectB || indexA - indexB;
    });
  }
}
