export { LiveOnlineCounter } from './live-online-counter.ts';
export type { PluralTexts } from './element/label-texts.ts';
export type { CounterState } from './client/state.ts';
