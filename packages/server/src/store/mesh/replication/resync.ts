import type { BusCommand, BusReply } from '../../bus/bus.ts';
import { encodeControlMessage, type Delta } from '../wire/messages.ts';
import type { MeshParts } from '../link/parts.ts';
import type { Peer } from '../membership/membership.ts';
import { parseSnapshot } from './snapshot.ts';

/** Reads whole what is known in part only: shares of other servers whose reports were missed. [S4] */
export interface Resync {
  /** A report shows that some before it are missing. */
  need(bucket: number, report: Delta): void;
  /** Keeps a report back while the share that it belongs to is being read. Returns whether it did. */
  hold(bucket: number, report: Delta): boolean;
  /**
   * Reads what is missing, as far as beats and reports show, of these buckets.
   *
   * @param fresh whether they have only just come to be listened to: reports that are behind are not under way then.
   */
  mend(buckets: readonly number[], fresh: boolean): Promise<void>;
}

export interface ResyncOptions extends MeshParts {
  run: (commands: readonly BusCommand[]) => Promise<readonly BusReply[]>;
  fail: (error: Error) => void;
}

/** Reports kept back for one share; more of them would only be read twice. */
const MAX_HELD = 50;

interface Missing {
  bucket: number;
  server: string;
  /** Reports that came meanwhile. */
  held: Delta[];
}

export function createResync({ names, ledger, peers, run, fail }: ResyncOptions): Resync {
  const missing = new Map<string, Missing>();
  /** Where a share stood when it was first seen to lag behind its server's beat. */
  const lagging = new Map<string, number>();
  let reading: Promise<void> | undefined;

  function add(bucket: number, server: string): Missing {
    const key = names.share(bucket, server);
    let entry = missing.get(key);
    if (!entry) missing.set(key, (entry = { bucket, server, held: [] }));
    return entry;
  }

  /** Whether a share has to be read, as of its server's newest beat. */
  function isMissing(bucket: number, server: string, { epoch, buckets }: Peer, fresh: boolean): boolean {
    const sequence = buckets.get(bucket)!;
    const known = ledger.known(bucket, server);
    if (!known || known.epoch < epoch) return true;
    const key = names.share(bucket, server);
    const lags = known.epoch === epoch && known.sequence < sequence;
    // The report may just be under way: only one that is still missing at the next beat is lost.
    if (lags && (fresh || lagging.get(key) === known.sequence)) return true;
    if (lags) lagging.set(key, known.sequence);
    else lagging.delete(key);
    return false;
  }

  function look(buckets: readonly number[], fresh: boolean): void {
    for (const [server, peer] of peers.alive()) {
      for (const bucket of buckets) {
        if (peer.buckets.has(bucket)) {
          if (isMissing(bucket, server, peer, fresh)) add(bucket, server);
        } else if (peer.number > 1 && (ledger.known(bucket, server)?.epoch ?? peer.epoch) < peer.epoch) {
          // It has come back, and with nobody in this bucket.
          ledger.drop(bucket, server);
        }
      }
    }
  }

  async function readAll(): Promise<void> {
    const entries = [...missing];
    const replies = await run(entries.map(([key]) => ['HGETALL', key]));
    const wants: BusCommand[] = [];
    entries.forEach(([key, { bucket, server, held }], index) => {
      missing.delete(key);
      lagging.delete(key);
      const share = parseSnapshot(replies[index] as ReadonlyMap<string, string>);
      const epoch = peers.get(server)?.epoch;
      // It has gone meanwhile.
      if (epoch === undefined) return;
      if (share && share.epoch >= epoch) {
        ledger.replace(bucket, server, share);
      } else if (!share && (ledger.known(bucket, server)?.epoch ?? -1) < epoch) {
        wants.push(['PUBLISH', names.server(server), encodeControlMessage({ kind: 'want', bucket })]);
      }
      for (const report of held) ledger.apply(bucket, report);
    });
    await run(wants);
  }

  async function read(): Promise<void> {
    await reading;
    if (missing.size > 0) await (reading = readAll());
  }

  return {
    need(bucket, report) {
      add(bucket, report.server).held.push(report);
      read().catch(fail);
    },
    hold(bucket, report) {
      const held = missing.get(names.share(bucket, report.server))?.held;
      if (!held || report.full) return false;
      if (held.length < MAX_HELD) held.push(report);
      return true;
    },
    async mend(buckets, fresh) {
      look(buckets, fresh);
      await read();
    },
  };
}
