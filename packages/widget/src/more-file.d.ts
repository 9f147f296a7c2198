/** The built second file, which bundlers put into a chunk of its own. */
declare module '@live-online/widget/live-online.more.js' {
  // oxlint-disable-next-line typescript/consistent-type-imports -- an ambient module has no relative imports
  export const connect: import('./client/connection.ts').ConnectMore;
  // oxlint-disable-next-line typescript/consistent-type-imports -- an ambient module has no relative imports
  export const ask: typeof import('./client/more/ask.ts').ask;
}
