import { expect } from 'vitest';
import { createFakeClock, type FakeClock } from '@live-online/internal/testing/fake-clock';
import type { AdmissionLimits } from '../../src/core/admission.ts';
import { Allotments } from '../../src/core/allotments/allotments.ts';
import { AllottedAdmission } from '../../src/core/allotments/allotted-admission.ts';
import type { PrimaryToWorker, WorkerToPrimary } from '../../src/core/allotments/messages.ts';

const NONE: AdmissionLimits = {
  maxConnections: Infinity,
  maxPerAddress: Infinity,
  maxPerSite: Infinity,
  maxSites: Infinity,
  maxSitesPerAddress: Infinity,
};

export interface Place {
  site: string | undefined;
  address: string | undefined;
  isListed: boolean;
}

export interface Held extends Place {
  /** `undefined` while the primary decides. */
  limit: string | undefined;
  state: 'waiting' | 'admitted' | 'rejected' | 'ended';
  release: () => void;
}

/** A worker whose messages arrive when the test delivers them. */
export class ModelWorker {
  readonly held: Held[] = [];
  readonly clock: FakeClock = createFakeClock();
  readonly toPrimary: WorkerToPrimary[] = [];
  readonly toWorker: PrimaryToWorker[] = [];
  readonly #admission: AllottedAdmission;
  readonly #connection: ReturnType<Allotments['join']>;

  constructor(allotments: Allotments) {
    this.#admission = new AllottedAdmission({
      ...allotments.options,
      clock: this.clock,
      send: (message) => this.toPrimary.push(message),
    });
    this.#connection = allotments.join((message) => this.toWorker.push(message));
  }

  connect(place: Place): Held {
    const admitted = this.#admission.admit(place.site, place.address, place.isListed);
    if (!admitted.ok) throw new Error('only the decision rejects');
    const held: Held = { ...place, limit: undefined, state: 'admitted', release: () => {} };
    held.release = () => {
      held.state = 'ended';
      admitted.release();
      // A second call changes nothing.
      admitted.release();
    };
    if (admitted.decision) {
      held.state = 'waiting';
      void admitted.decision.then((decision) => {
        if (held.state !== 'waiting') return;
        held.state = decision.ok ? 'admitted' : 'rejected';
        if (!decision.ok) held.limit = decision.limit;
      });
    }
    this.held.push(held);
    return held;
  }

  get admitted(): Held[] {
    return this.held.filter(({ state }) => state === 'admitted');
  }

  /** Delivers the oldest message of one direction. Returns whether there was one. */
  async deliver(to: 'primary' | 'worker'): Promise<boolean> {
    if (to === 'primary') {
      const message = this.toPrimary.shift();
      if (message) this.#connection.receive(message);
      return message !== undefined;
    }
    const message = this.toWorker.shift();
    if (message) this.#admission.receive(message);
    // The decisions are promises.
    await Promise.resolve();
    await Promise.resolve();
    return message !== undefined;
  }

  kill(): void {
    this.#connection.leave();
  }
}

/** A primary and its workers, whose messages arrive when the test delivers them. */
export class Model {
  readonly clock: FakeClock = createFakeClock();
  readonly allotments: Allotments;
  readonly workers: ModelWorker[];
  readonly #limits: AdmissionLimits;

  constructor(limits: Partial<AdmissionLimits>, workers: number) {
    this.#limits = { ...NONE, ...limits };
    this.allotments = new Allotments({ limits: this.#limits, maxWorkers: workers }, this.clock);
    this.workers = Array.from({ length: workers }, () => new ModelWorker(this.allotments));
  }

  async restart(index: number): Promise<void> {
    this.workers[index]!.kill();
    const worker = new ModelWorker(this.allotments);
    this.workers[index] = worker;
    // A worker receives what is known of its allotments before it receives the port.
    while (await worker.deliver('worker'));
  }

  /** Delivers all messages. Returns how many there were. */
  async settle(): Promise<number> {
    let count = 0;
    for (let isMoving = true; isMoving;) {
      isMoving = false;
      for (const worker of this.workers) {
        while ((await worker.deliver('primary')) || (await worker.deliver('worker'))) {
          isMoving = true;
          count++;
        }
      }
    }
    return count;
  }

  /** Lets unused places return. */
  async rest(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      for (const worker of this.workers) worker.clock.advance(5_000);
      await this.settle();
    }
  }

  async connect(worker: number, place: Partial<Place> = {}): Promise<string | undefined> {
    const held = this.workers[worker]!.connect({
      site: undefined,
      address: undefined,
      isListed: false,
      ...place,
    });
    await this.settle();
    return held.state === 'rejected' ? held.limit : undefined;
  }

  get admitted(): Held[] {
    return this.workers.flatMap(({ admitted }) => admitted);
  }

  assertWithinLimits(): void {
    const { maxConnections, maxPerAddress, maxPerSite, maxSites } = this.#limits;
    const { admitted } = this;
    expect(admitted.length).toBeLessThanOrEqual(maxConnections);
    const tally = (values: (string | undefined)[]): number =>
      Math.max(0, ...[...new Set(values)].map((one) => values.filter((other) => other === one).length));
    const named = (value: string | undefined): boolean => value !== undefined;
    expect(tally(admitted.map(({ address }) => address).filter(named))).toBeLessThanOrEqual(maxPerAddress);
    expect(tally(admitted.map(({ site }) => site).filter(named))).toBeLessThanOrEqual(maxPerSite);
    const unlisted = admitted.filter(({ isListed }) => !isListed).map(({ site }) => site);
    expect(new Set(unlisted.filter(named)).size).toBeLessThanOrEqual(maxSites);
  }
}
