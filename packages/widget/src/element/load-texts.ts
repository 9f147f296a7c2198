import { texts as english } from './labels/en.ts';
import type { LabelTexts } from './label-texts.ts';

/** A module for each language, so that a page loads one of them. English is always there. */
const modules: Record<string, (() => Promise<{ readonly texts: LabelTexts }>) | undefined> = {
  ar: () => import('./labels/ar.ts'),
  cs: () => import('./labels/cs.ts'),
  da: () => import('./labels/da.ts'),
  de: () => import('./labels/de.ts'),
  es: () => import('./labels/es.ts'),
  fa: () => import('./labels/fa.ts'),
  fi: () => import('./labels/fi.ts'),
  fr: () => import('./labels/fr.ts'),
  he: () => import('./labels/he.ts'),
  hi: () => import('./labels/hi.ts'),
  id: () => import('./labels/id.ts'),
  it: () => import('./labels/it.ts'),
  ja: () => import('./labels/ja.ts'),
  ko: () => import('./labels/ko.ts'),
  nl: () => import('./labels/nl.ts'),
  pl: () => import('./labels/pl.ts'),
  pt: () => import('./labels/pt.ts'),
  ru: () => import('./labels/ru.ts'),
  sv: () => import('./labels/sv.ts'),
  tr: () => import('./labels/tr.ts'),
  uk: () => import('./labels/uk.ts'),
  zh: () => import('./labels/zh.ts'),
  'zh-hant': () => import('./labels/zh-hant.ts'),
};

/** The texts of a language; a promise if they are not loaded yet. English, if there are none or if they cannot be loaded. */
export function loadTexts(language: string): LabelTexts | Promise<LabelTexts> {
  const load = modules[moduleName(language)];
  return load
    ? load().then(
        ({ texts }) => texts,
        () => english,
      )
    : english;
}

/** The language of these texts, for a valid language tag: itself, or English. */
export function textLanguage(tag: string): string {
  const name = moduleName(tag);
  return name === 'en' || modules[name] ? tag : 'en';
}

function moduleName(tag: string): string {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return script === 'Hant' ? 'zh-hant' : language;
  } catch {
    return 'en';
  }
}
