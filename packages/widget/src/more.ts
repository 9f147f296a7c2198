/** The second file of the script tag: what only some pages need. */
export { connectMore as connect } from './client/more/connect-more.ts';
export { ask } from './client/more/ask.ts';
