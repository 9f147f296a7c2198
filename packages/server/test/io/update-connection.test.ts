import { describe, expect, it } from 'vitest';
import type { TotalUpdate } from '../../src/core/ports.ts';
import { createStats } from '../../src/core/stats.ts';
import { UpdateConnection } from '../../src/io/update-connection.ts';

/** A connection that is always busy after a write, until the test drains it. */
class BusyConnection extends UpdateConnection {
  readonly written: string[] = [];

  override closeReplaced(): void {}
  override migrate(): void {}

  drain(): void {
    this.drained();
  }

  protected override write({ site, total }: TotalUpdate): boolean {
    this.written.push(`${site} ${total}`);
    return false;
  }
}

function setUp() {
  const connection = new BusyConnection(createStats());
  let sequence = 0;
  const update = (site: string, total: number): TotalUpdate => ({
    site,
    total,
    stale: false,
    sequence: ++sequence,
  });
  return {
    connection,
    send: (total: number) => connection.send(update('s', total)),
    sendPage: (path: string, total: number) => connection.sendPage(update(`s${path}`, total)),
  };
}

describe('updates of a connection that is busy', () => {
  it('[C6] at most one total and one count of its page wait, the newest', () => {
    const { connection, send, sendPage } = setUp();
    for (let total = 1; total <= 50; total++) {
      send(total);
      sendPage('/a', total);
    }
    for (let drains = 0; drains < 5; drains++) connection.drain();
    expect(connection.written).toEqual(['s 1', 's 50', 's/a 50']);
  });

  it('[C6] totals that never end do not hold the count of the page back, nor the reverse', () => {
    const { connection, send, sendPage } = setUp();
    for (let total = 1; total <= 6; total++) {
      send(total);
      sendPage('/a', total);
      connection.drain();
    }
    const kinds = connection.written.map((text) => text.split(' ')[0]);
    expect(kinds.filter((kind) => kind === 's').length).toBeGreaterThanOrEqual(3);
    expect(kinds.filter((kind) => kind === 's/a').length).toBeGreaterThanOrEqual(3);
  });

  it('[C2] the count of a page that the member has left is not sent behind that of the next one', () => {
    const { connection, send, sendPage } = setUp();
    send(1);
    sendPage('/a', 7);
    sendPage('/b', 1);
    connection.drain();
    connection.drain();
    expect(connection.written).toEqual(['s 1', 's/b 1']);
  });

  it('[C2] the same count is sent for another page, and not twice for the same one', () => {
    const { connection, sendPage } = setUp();
    for (const path of ['/a', '/a', '/b']) {
      sendPage(path, 1);
      connection.drain();
    }
    expect(connection.written).toEqual(['s/a 1', 's/b 1']);
  });
});
