/** A style sheet as minified text: see scripts/css-text.mjs. */
declare module '*.css' {
  export const css: string;
}
