/** Keeps this page in step with the same page on other devices. It is a part of the script only with `--sync`. */
import { SyncConnection, type Message } from './connection.ts';
import { syncClicks } from './clicks.ts';
import { syncFields } from './fields.ts';
import { syncNavigation } from './navigation.ts';
import type { Part } from './part.ts';
import { syncScroll } from './scroll.ts';

/** The server replaces this text by the configuration. */
const config = '__LIVE_ONLINE_SYNC__' as unknown as {
  token: string;
  base: string;
  parts: Record<Message['part'], boolean>;
};

const create: Record<Message['part'], Part> = {
  scroll: syncScroll,
  clicks: syncClicks,
  fields: syncFields,
  navigation: syncNavigation,
};

const applied = new Map<string, (message: Message) => void>();
const connection = new SyncConnection(config, (message) => {
  // What is done on another page has no meaning on this one.
  if (message.part === 'navigation' || message.page === pageOf()) applied.get(message.part)?.(message);
});
for (const part of Object.keys(create) as Message['part'][])
  if (config.parts[part])
    applied.set(
      part,
      create[part]((details) => connection.send({ part, page: pageOf(), ...details })),
    );
connection.open();
addEventListener('pagehide', () => connection.close());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) connection.open();
});

function pageOf(): string {
  return location.pathname + location.search;
}
