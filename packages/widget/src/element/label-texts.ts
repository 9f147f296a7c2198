/** Texts by plural category. Categories without a text have `other`. `#` is the place of the number. */
export type PluralTexts = { readonly other: string } & {
  readonly [category in Exclude<Intl.LDMLPluralRule, 'other'>]?: string;
};

/** The texts of one language. */
export interface LabelTexts {
  /** With `scope: 'site'`. */
  readonly site: PluralTexts;
  /** With `scope: 'page'`. */
  readonly page: PluralTexts;
  /** Says that the number may no longer be right. */
  readonly outdated: string;
  readonly direction?: 'rtl';
}
