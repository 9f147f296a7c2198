import { describe, expect, it } from 'vitest';
import { readPacket, type PacketState } from '../../src/io/lean/packet-reader.ts';

function reader(): (data: string | Buffer) => unknown {
  const state: PacketState = { hasConnected: false, decoder: undefined };
  return (data) => {
    const packet = readPacket(state, Buffer.from(data), typeof data !== 'string');
    return packet.type === 'connect' ? packet : packet.type;
  };
}

describe('packets of clients', () => {
  it.each([
    ['3', 'heartbeat'],
    ['3probe', 'heartbeat'],
    ['1', 'close'],
    ['0{}', 'ignored'],
    ['6', 'ignored'],
    ['2', 'malformed'],
    ['', 'malformed'],
    ['x', 'malformed'],
    ['4', 'malformed'],
    ['4 ', 'malformed'],
    ['4\n{}', 'malformed'],
    ['49', 'malformed'],
    ['40[]', 'malformed'],
    ['40{', 'malformed'],
    ['40/other,', 'second-connect'],
    ['41', 'disconnect'],
    ['42["a",1]', 'event'],
    ['42/other,["a",1]', 'foreign'],
    ['42[null]', 'malformed'],
    ['430[]', 'answer'],
    ['44{}', 'foreign'],
  ])('[P9] %s is %s', (text, type) => {
    expect(reader()(text)).toBe(type);
  });

  it('[P4] a CONNECT has the handshake, which may be absent', () => {
    expect(reader()('40')).toEqual({ type: 'connect', auth: undefined });
    expect(reader()('40{"member":"abcdefgh"}')).toEqual({ type: 'connect', auth: { member: 'abcdefgh' } });
    expect(reader()('40/,{"v":1}')).toEqual({ type: 'connect', auth: { v: 1 } });
  });

  it('[P9] a second CONNECT is one, also if the first was malformed', () => {
    const read = reader();
    expect(read('40[]')).toBe('malformed');
    expect(read('40')).toBe('second-connect');
  });

  it('[P9] an event with attachments is one event when all of them are there', () => {
    const read = reader();
    expect(read('451-["a",{"_placeholder":true,"num":0}]')).toBe('ignored');
    expect(read(Buffer.from('attachment'))).toBe('event');
    expect(read('42["b"]')).toBe('event');
  });

  it('[P9] a text in place of an attachment, or an attachment of nothing, is malformed', () => {
    const read = reader();
    expect(read('451-["a",{"_placeholder":true,"num":0}]')).toBe('ignored');
    expect(read('42["b"]')).toBe('malformed');
    expect(reader()(Buffer.from('attachment'))).toBe('malformed');
  });

  it('[P9] an incomplete packet of one connection is nothing to another', () => {
    expect(reader()('451-["a",{"_placeholder":true,"num":0}]')).toBe('ignored');
    expect(reader()('42["b"]')).toBe('event');
  });
});
