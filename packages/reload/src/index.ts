export { createReloadServer } from './create-reload-server.ts';
export { defineConfig } from './options/define-config.ts';
export type { ReloadConfig } from './options/define-config.ts';
export { ReloadServerError } from './errors.ts';
export type { ReloadServerErrorCode } from './errors.ts';
export type { OptionProblem } from '@live-online/internal/option-problems';
export type {
  BackendChange,
  CommandReport,
  ListenTo,
  ReloadEventMap,
  SkippedReport,
  UpdateReport,
} from './events.ts';
export type { Listening } from './http/listen.ts';
export type { ExecOption, ReloadServerOptions } from './options/options.ts';
export type { ReloadMiddleware, ReloadServer } from './reload-server.ts';
