/** The second file of the script tag: what only some pages need. */
export { connectMore as default } from './client/more/connect-more.ts';
