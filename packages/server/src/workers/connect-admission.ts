import type { Allotments } from '../core/allotments/allotments.ts';
import { AllottedAdmission, type AllottedAdmissionOptions } from '../core/allotments/allotted-admission.ts';
import type { PrimaryToWorker, WorkerToPrimary } from '../core/allotments/messages.ts';
import type { IpcChannel } from '../store/bus/ipc-channel.ts';

/**
 * Allots places to a worker. The other end of `channel` is `createWorkerAdmission`. [C11]
 *
 * @returns a function that stops, and frees all places of the worker.
 */
export function serveAdmission(allotments: Allotments, channel: IpcChannel): () => void {
  const { receive, leave } = allotments.join((message) => channel.send(message));
  channel.listen((frame) => receive(frame as unknown as WorkerToPrimary));
  return leave;
}

/** A worker's admission. Limits hold over all workers. [C11] */
export function createWorkerAdmission(
  options: Omit<AllottedAdmissionOptions, 'send'>,
  channel: IpcChannel,
): AllottedAdmission {
  const admission = new AllottedAdmission({ ...options, send: (message) => channel.send(message) });
  channel.listen((frame) => admission.receive(frame as unknown as PrimaryToWorker));
  return admission;
}
