/**
 * The child's side of `startChild()`: answers calls from the parent, and exits when the parent has exited.
 *
 * @param {Record<string, (...args: any[]) => unknown>} methods
 */
export function answer(methods) {
  // Ctrl-C reaches the whole process group. The parent ends its children.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, method, args }) => {
    try {
      reply({ id, value: await methods[method](...args) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  reply({ id: 0 });
}

function reply(message) {
  if (process.connected) process.send?.(message);
}
