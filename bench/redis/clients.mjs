/** All visitors of several servers, in one process. */
import { answer } from '../lib/answer.mjs';
import { createCrowd } from '../counter/crowd.mjs';

const crowd = createCrowd();

/** All who are missing to `n` come, as many to each server. */
async function fillUp(urls, n) {
  const missing = n - crowd.members.size;
  await Promise.all(
    urls.map((url, index) => crowd.joinTogether(url, Math.floor((missing + index) / urls.length))),
  );
}

answer({
  /** `n` come and all but one go again, `times` over, so that the servers run as they do after an hour. */
  async warmUp(urls, n, times) {
    for (let time = 0; time < times; time++) {
      await fillUp(urls, n);
      await crowd.allShow(n, 0);
      const [, ...leaving] = crowd.members;
      for (const member of leaving) crowd.leave(member);
      await crowd.allShow(1, 0);
    }
  },
  /** All who are missing to `n` come at once; resolves when all show it. */
  async storm(urls, n) {
    crowd.heard.messages = 0;
    const startedAt = performance.now();
    await fillUp(urls, n);
    const allShowSince = await crowd.allShow(n, 0);
    return { messages: crowd.heard.messages, settledMs: allShowSince - startedAt };
  },
});
