/** The built second file, which bundlers put into a chunk of its own. */
declare module '@live-online/widget/live-online.more.js' {
  const connectMore: import('./client/connection.ts').ConnectMore;
  export default connectMore;
}
