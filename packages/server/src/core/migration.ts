import type { Clock } from './ports.ts';

/**
 * Sends people off to other servers, little by little, so that the others are not stormed. [S7]
 *
 * A page that was sent off is under way until it is known to be elsewhere, or its reconnect is due: for so long it is
 * still counted here, so that no total falls in between. `T` is whatever the caller takes for a person.
 */
export interface Migration<T> {
  /** Somebody more is here, who has to go, too. */
  add(person: T): void;
  /** Whether somebody has been sent off and is to be counted here meanwhile. */
  isAwaitingReconnect(person: T): boolean;
  /** Somebody counts here no longer: nobody waits for them. */
  gone(person: T): void;
  /** Calls off what is planned. */
  close(): void;
}

export interface MigrationOptions<T> {
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  people: Iterable<T>;
  /** How long sending all of them off takes, in ms. */
  overMs: number;
  /** How long somebody may be under way, in ms. */
  dueMs: number;
  /** Whether this one can be told from others when it comes in elsewhere; only then is it waited for. */
  isKnown: (person: T) => boolean;
  /** Ends the connection of somebody. */
  send: (person: T) => void;
  /** Somebody who was under way has not come in anywhere in time. */
  reconnectDeadlinePassed: (person: T) => void;
  /** Called once, as soon as nobody is left who has to go or is under way. */
  done: () => void;
}

/** About how much time lies between two batches, in ms. */
const BATCH_MS = 50;

/** Begins at once. Nothing is called back before this has returned. */
export function createMigration<T>(options: MigrationOptions<T>): Migration<T> {
  const { clock, random, overMs, dueMs, isKnown, send, reconnectDeadlinePassed, done } = options;
  const here = new Set<T>(shuffle([...options.people], random));
  const awaitingReconnect = new Set<T>();
  const planned = new Set<() => void>();
  const endsAt = clock.now() + overMs;
  let nextBatch: (() => void) | undefined;
  let isDone = false;

  function plan(task: () => void, delayMs: number): () => void {
    const cancel = clock.schedule(() => {
      planned.delete(cancel);
      task();
    }, delayMs);
    planned.add(cancel);
    return cancel;
  }

  function planBatch(): void {
    nextBatch ??= plan(sendBatch, Math.min(overMs, BATCH_MS * (0.5 + random())));
  }

  function sendBatch(): void {
    nextBatch = undefined;
    const leftMs = Math.max(BATCH_MS, endsAt - clock.now());
    const batch = [...take(here, Math.ceil((here.size * BATCH_MS) / leftMs))];
    const known = batch.filter(isKnown);
    for (const person of batch) here.delete(person);
    for (const person of known) awaitingReconnect.add(person);
    for (const person of batch) send(person);
    if (known.length > 0) plan(() => expire(known), dueMs);
    if (here.size > 0) planBatch();
    endIfOver();
  }

  function expire(people: readonly T[]): void {
    for (const person of people) if (awaitingReconnect.delete(person)) reconnectDeadlinePassed(person);
    endIfOver();
  }

  function endIfOver(): void {
    if (isDone || here.size > 0 || awaitingReconnect.size > 0) return;
    isDone = true;
    done();
  }

  planBatch();
  return {
    add(person) {
      here.add(person);
      planBatch();
    },
    isAwaitingReconnect: (person) => awaitingReconnect.has(person),
    gone(person) {
      if (here.delete(person) || awaitingReconnect.delete(person)) endIfOver();
    },
    close() {
      for (const cancel of planned) cancel();
      planned.clear();
    },
  };
}

function* take<T>(people: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  for (const person of people) {
    if (left-- <= 0) return;
    yield person;
  }
}

/** Fisher and Yates: so that a site's people do not all go at once, after those of the site before. */
function shuffle<T>(people: T[], random: () => number): T[] {
  for (let last = people.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [people[last], people[other]] = [people[other]!, people[last]!];
  }
  return people;
}
