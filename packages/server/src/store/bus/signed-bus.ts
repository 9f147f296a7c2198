import type { Bus, BusCommand, BusEvents, BusLink, BusReply, BusWarning } from './bus.ts';
import { Signer } from './signature.ts';

const WARNING =
  'in Redis are messages or values that are not signed with the secret of this server. They are ignored: ' +
  'servers with another secret, or without one, do not count here. Give all servers the same Redis secret';

/**
 * A bus on which all messages, and all values in hashes, are signed. What is not signed with `secret` for its place does not
 * exist for the user of the bus, and a warning says so.
 */
export function createSignedBus(bus: Bus, secret: string): Bus {
  const signer = new Signer(secret);
  return {
    async connect(events) {
      const link = await bus.connect(checkMessages(events, signer));
      return signLink(link, signer, (kind, text) => events.warning?.(kind, text));
    },
  };
}

function checkMessages(events: BusEvents, signer: Signer): BusEvents {
  return {
    ...events,
    message(channel, signed) {
      const message = signer.open([channel], signed);
      if (message === undefined) events.warning?.('signature', WARNING);
      else events.message(channel, message);
    },
  };
}

function signLink(link: BusLink, signer: Signer, warning: (kind: BusWarning, text: string) => void): BusLink {
  function check(key: string, hash: ReadonlyMap<string, string>): BusReply {
    const checked = new Map<string, string>();
    for (const [field, signed] of hash) {
      const value = signer.open([key, field], signed);
      if (value !== undefined) checked.set(field, value);
    }
    if (checked.size < hash.size) warning('signature', WARNING);
    return checked;
  }

  return {
    ...link,
    async run(commands) {
      const replies = await link.run(commands.map((command) => signCommand(command, signer)));
      return replies.map((reply, index) => {
        const [name, key] = commands[index]!;
        return name === 'HGETALL' ? check(key, reply as ReadonlyMap<string, string>) : reply;
      });
    },
  };
}

function signCommand(command: BusCommand, signer: Signer): BusCommand {
  const [name, key, ...rest] = command;
  if (name === 'PUBLISH') return [name, key, signer.sign([key], rest[0]!)];
  if (name !== 'HSET') return command;
  const signed: string[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const [field, value] = [rest[i]!, rest[i + 1]!];
    signed.push(field, signer.sign([key, field], value));
  }
  return [name, key, ...signed];
}
