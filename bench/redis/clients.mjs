/** The clients of several servers, all in one process. */
import { answer } from '../lib/answer.mjs';
import { createCrowd } from '../counter/crowd.mjs';

const crowd = createCrowd();

/** Connects clients until there are `n`, as many to each server. */
async function fillUp(urls, n) {
  const missing = n - crowd.members.size;
  await Promise.all(
    urls.map((url, index) => crowd.joinTogether(url, Math.floor((missing + index) / urls.length))),
  );
}

answer({
  /** @param {import('../counter/client.mjs').ClientKind} kind */
  use: (kind) => crowd.use(kind),
  /** `n` clients connect and all but one disconnect again, `times` times, so that the servers' hot code is compiled. */
  async warmUp(urls, n, times) {
    for (let time = 0; time < times; time++) {
      await fillUp(urls, n);
      await crowd.allShow(n, 0);
      const [, ...leaving] = crowd.members;
      for (const member of leaving) crowd.leave(member);
      await crowd.allShow(1, 0);
    }
  },
  /** Connects clients at once until there are `n`. Resolves when all show `n`. */
  async storm(urls, n) {
    crowd.received.messages = 0;
    const startedAt = performance.now();
    await fillUp(urls, n);
    const allShowSince = await crowd.allShow(n, 0);
    return { messages: crowd.received.messages, settledMs: allShowSince - startedAt };
  },
});
