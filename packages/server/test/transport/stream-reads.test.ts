import { expect, it, vi } from 'vitest';
import { frame, openAttacker, opcodes, text } from '@live-online/internal/testing/attacker';
import { startEngine } from '../helpers/engines.ts';

// As in a version of Node whose sockets have other internals.
vi.mock('../../src/io/lean/shared-reads.ts', () => ({ readIntoSharedBuffer: () => false }));

it('[C11] the lean transport reads the same from streams, whatever the chunks', async () => {
  const { counter, port } = await startEngine('lean');
  const { socket, received } = await openAttacker({ port, socketPath: '/socket.io/', reads: true });
  socket.setNoDelay(true);
  socket.write(Buffer.concat([text('42["x"]'), text('3'), text('42["x"]')]));
  await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(2));
  for (const byte of text('42["x"]')) await new Promise((done) => socket.write(Buffer.from([byte]), done));
  await vi.waitFor(() => expect(counter.stats().ignoredEvents).toBe(3));
  socket.write(Buffer.concat([frame(opcodes.ping, 'are you there'), frame(opcodes.close)]));
  await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
  expect(received().endsWith('\x8a\x0dare you there\x88\x00')).toBe(true);
});
