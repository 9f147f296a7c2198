import type { PluralTexts } from './label-texts.ts';

/** A number and the text on both sides of it. */
export interface FormattedLabel {
  readonly before: string;
  readonly total: string;
  readonly after: string;
}

/**
 * Writes a total as in a language.
 *
 * @param label Texts by plural category, or one text. `#` is the place of the number; a text without it comes after the
 *   number.
 * @param language A valid language tag.
 */
export function formatLabel(total: number, label: string | PluralTexts, language: string): FormattedLabel {
  const text =
    typeof label === 'string' ? label : (label[new Intl.PluralRules(language).select(total)] ?? label.other);
  const place = text.indexOf('#');
  const formatted = new Intl.NumberFormat(language).format(total);
  if (place === -1) return { before: '', total: formatted, after: text && ` ${text}` };
  return { before: text.slice(0, place), total: formatted, after: text.slice(place + 1) };
}
