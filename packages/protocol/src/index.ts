export type {
  CounterClientEvents,
  CounterHandshake,
  CounterServerEvents,
  PageDetails,
  Rejection,
  RejectionCode,
  TotalDetails,
} from './counter.ts';
export { isIdentifier, isRejection, isTabs, isTotal, parseHandshake, parseTotalDetails } from './guards.ts';
export type { HandshakeResult } from './guards.ts';
export { limits } from './limits.ts';
export { normalizePath } from './paths.ts';
export { PROTOCOL_VERSION } from './version.ts';
export type {
  ContentVersion,
  ReloadClientEvents,
  ReloadHandshake,
  ReloadOverlay,
  ReloadRejectionCode,
  ReloadServerEvents,
  ReloadUpdate,
} from './reload.ts';
export {
  isContentVersion,
  isReloadOverlay,
  isReloadUpdate,
  parseReloadHandshake,
  RELOAD_PROTOCOL_VERSION,
} from './reload-guards.ts';
export type { ReloadHandshakeResult } from './reload-guards.ts';
