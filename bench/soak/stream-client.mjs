import { request } from 'node:http';

const ORIGIN = 'http://storm.example';
const PACKET = /^data: (42|44|\d)(.*)$/m;
const ignore = () => {};

/**
 * One client of server-sent events, with the interface of `connectClient()`. It answers pings as browsers do, by a request of
 * its own.
 *
 * @param {string} url The server's base address.
 * @param {Pick<Parameters<typeof import('../counter/client.mjs').connectClient>[1], 'open' | 'total' | 'failed'>} on
 * @param {{ member: string, resume?: string }} identity
 * @returns {Omit<import('../counter/client.mjs').Client, 'beat'>}
 */
export function connectStream(url, on, { member, resume }) {
  let token = resume;
  let hasEnded = false;
  let rest = '';
  let sid;

  const query = new URLSearchParams({ join: '1', member, ...(resume !== undefined && { resume }) });
  const stream = request(`${url}events?${query}`, { agent: false, headers: { origin: ORIGIN } });
  const fail = (error) => {
    if (hasEnded) return;
    hasEnded = true;
    on.failed(error);
    stream.destroy();
  };
  const answer = () => {
    const target = `${url}events?sid=${encodeURIComponent(sid)}`;
    const post = request(target, { method: 'POST', agent: false }, (response) => response.resume());
    post.on('error', ignore).end();
  };
  const read = (block) => {
    const [, type, data] = PACKET.exec(block) ?? [];
    if (type === '0') ({ sid } = JSON.parse(data));
    else if (type === '2') answer();
    else if (type === '44') fail(new Error(`rejected with ${data}`));
    else if (type === '42') {
      const [name, total, details = {}] = JSON.parse(data);
      if (name !== 'total') return;
      token = details.resume ?? token;
      on.total(total, details.stale === true);
    }
  };

  stream.on('response', (response) => {
    on.open();
    if (response.statusCode !== 200) return fail(new Error(`rejected with ${response.statusCode}`));
    response.setEncoding('utf8').on('data', (chunk) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) if (!hasEnded) read(block);
    });
    response.on('error', fail);
    response.on('close', () => fail(new Error('the stream has ended')));
  });
  stream.on('error', fail);
  stream.end();
  return {
    resume: () => token,
    abort: fail,
    leave(left = ignore) {
      hasEnded = true;
      stream.on('close', left);
      stream.destroy();
    },
  };
}
