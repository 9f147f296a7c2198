// Loaded with `node --import`: `localhost` has two addresses, as on most machines with IPv6. The second is an argument of
// this file's URL.
import dns from 'node:dns';

const { lookup } = dns;
const second = new URL(import.meta.url).searchParams.get('second');
const addresses = ['127.0.0.1', second].map((address) => ({
  address,
  family: address.includes(':') ? 6 : 4,
}));

dns.lookup = (hostname, ...rest) => {
  if (hostname !== 'localhost') return lookup(hostname, ...rest);
  const done = rest.at(-1);
  const [{ address, family }] = addresses;
  setImmediate(() => (rest[0]?.all ? done(null, addresses) : done(null, address, family)));
};
