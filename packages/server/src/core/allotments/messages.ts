import type { AdmissionLimits } from '../admission.ts';

/** A worker to its primary. A `key` names what a limit holds for; see keys.ts. */
export type WorkerToPrimary =
  /** It needs `count` more places. The answer is `grant` or `deny`. */
  | readonly ['ask', key: string, count: number]
  /** It gives places up. */
  | readonly ['return', key: string, generation: number, count: number]
  /** The answer to `recall`: it gives up all places that it does not use. */
  | readonly ['recalled', key: string, generation: number, round: number, count: number]
  /** It has the first connection on a site. If the site list does not name it, the answer is `opened` or `rejected`. */
  | readonly ['open', site: string, opener: string | undefined, isListed: boolean]
  /** Its last connection on a site has ended. */
  | readonly ['close', site: string];

/** The primary to a worker, about the places of a key. */
export type PlacesMessage =
  | readonly ['grant', key: string, generation: number, count: number]
  /** All places are in use. */
  | readonly ['deny', key: string]
  /** To a new worker: it has no allotment. */
  | readonly ['begin', key: string, generation: number, isTight: boolean]
  /** It has to give up what it does not use, and each place as soon as it is free. */
  | readonly ['recall', key: string, generation: number, round: number]
  /** It may retain places that it does not use. */
  | readonly ['relax', key: string]
  /** It has its default allotment again. */
  | readonly ['forget', key: string];

/** The primary to a worker. */
export type PrimaryToWorker =
  | PlacesMessage
  | readonly ['opened', site: string]
  | readonly ['rejected', site: string, limit: keyof AdmissionLimits];
