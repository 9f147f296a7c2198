import { builtinRules } from 'eslint/use-at-your-own-risk';

/** ESLint's own rules that oxlint lacks, for oxlint to run as a plugin. */
export default {
  meta: { name: 'eslint-js' },
  rules: { 'no-restricted-syntax': builtinRules.get('no-restricted-syntax') },
};
