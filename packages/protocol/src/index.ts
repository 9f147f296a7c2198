export type {
  CounterClientEvents,
  CounterHandshake,
  CounterServerEvents,
  Refusal,
  RefusalCode,
  TotalDetails,
} from './counter.ts';
export { isRefusal, isTotal, parseHandshake, parseTotalDetails } from './guards.ts';
export type { HandshakeResult } from './guards.ts';
export { limits } from './limits.ts';
export { PROTOCOL_VERSION } from './version.ts';
