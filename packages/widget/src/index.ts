export { createCounter } from './create-counter.ts';
export type { LocWidget } from './loc-widget.ts';
export type { Counter } from './client/counter-handle.ts';
export type { CounterState } from './client/state.ts';
export type { CounterOptions } from './options.ts';
