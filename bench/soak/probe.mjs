/**
 * Loaded into each server process by NODE_OPTIONS: writes what the process holds into a file now and then. A file needs no
 * port, no signal and no open handle, and a frozen process leaves its last one.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** At random times, because servers do something every second. */
const INTERVAL_MS = { least: 3_000, more: 3_000 };
const folder = process.env.SOAK_PROBES;

if (folder !== undefined && isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const next = () => {
    setTimeout(
      () => {
        collect();
        write();
        next();
      },
      INTERVAL_MS.least + Math.random() * INTERVAL_MS.more,
    ).unref();
  };
  next();
}

function measure() {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const resources = {};
  // Timers that do not keep the process alive are not in this list.
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  // The listeners of a handle count, because each connection may leave one at the server or at the process.
  const emitters = [process, ...process._getActiveHandles()];
  const listeners = emitters.reduce((sum, emitter) => sum + listenersOf(emitter), 0);
  return { rss, heapUsed, external, arrayBuffers, resources, listeners };
}

function listenersOf(emitter) {
  const names = emitter.eventNames?.() ?? [];
  return names.reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

function write() {
  const file = join(folder, `${process.pid}.json`);
  try {
    writeFileSync(`${file}.new`, JSON.stringify(measure()));
    renameSync(`${file}.new`, file);
  } catch {
    // The disk is full, or no descriptor is free: also reading the memory needs one.
  }
}
