import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatLabel, type FormattedLabel } from '../src/element/format-label.ts';
import type { LabelTexts } from '../src/element/label-texts.ts';
import { loadTexts, textLanguage } from '../src/element/load-texts.ts';

const languages = readdirSync(new URL('../src/element/labels', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ''),
);
const text = ({ before, total, after }: FormattedLabel): string => before + total + after;

describe('labels', () => {
  it('[W2] there are at least twelve languages, three of them right-to-left', async () => {
    expect(languages.length).toBeGreaterThanOrEqual(12);
    const all = await Promise.all(languages.map(async (language) => loadTexts(language)));
    expect(all.filter(({ direction }) => direction === 'rtl')).toHaveLength(3);
    // Another language than English has texts of its own.
    expect(new Set(all.map(({ outdated }) => outdated)).size).toBe(languages.length);
  });

  it.each(languages)(
    '[W2] %s has a number in each text, and no category that it does not use',
    async (language) => {
      const { site, page } = await loadTexts(language);
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
      for (const texts of [site, page]) {
        expect(pluralCategories).toEqual(expect.arrayContaining(Object.keys(texts)));
        for (const one of Object.values(texts)) expect(one.match(/#/g), one).toHaveLength(1);
      }
    },
  );

  it.each([
    ['en', ['1 visitor online', '2 visitors online', '1,500 visitors online']],
    ['de', ['1 Besucher online', '2 Besucher online', '1.500 Besucher online']],
    ['pl', ['1 osoba online', '2 osoby online', '1500 osób online']],
    ['ru-RU', ['1 посетитель онлайн', '2 посетителя онлайн', '1 500 посетителей онлайн']],
    ['ar-EG', ['١ زائر متصل الآن', '٢ زائران متصلان الآن', '١٬٥٠٠ زائر متصل الآن']],
    ['ja', ['1人がオンライン', '2人がオンライン', '1,500人がオンライン']],
  ])('[W2] %s has a form for each number', async (language, expected) => {
    const { site } = await loadTexts(language);
    // The space between thousands differs between versions of ICU.
    const forms = [1, 2, 1_500].map((total) =>
      text(formatLabel(total, site, language)).replace(/(?<=\d)[\u00A0\u202F](?=\d)/g, ' '),
    );
    expect(forms).toEqual(expected);
  });

  it.each([
    ['zh-TW', '線上'],
    ['zh-Hant-HK', '線上'],
    ['zh-CN', '在线'],
    ['zh', '在线'],
    ['pt-BR', 'visitantes'],
    ['iw', 'מבקרים'],
    ['tlh', 'visitors'],
    ['not a tag', 'visitors'],
  ])('[W2] the language %s has the texts of "%s"', async (language, word) => {
    expect((await loadTexts(language)).site.other).toContain(word);
  });

  it.each([
    ['pt-BR', 'pt-BR'],
    ['en-GB', 'en-GB'],
    ['zh-TW', 'zh-TW'],
    ['tlh', 'en'],
  ])('[W2] the texts of %s are in %s, and so are number and plural', (language, expected) => {
    expect(textLanguage(language)).toBe(expected);
  });

  it('[W2] English needs no module', () => {
    expect(loadTexts('en-GB')).toMatchObject({ outdated: 'last known number' } satisfies Partial<LabelTexts>);
  });

  it.each([
    ['reading now', '3 reading now'],
    ['now # here', 'now 3 here'],
    ['', '3'],
  ])('[W2] the label "%s" is shown as "%s"', (label, expected) => {
    expect(text(formatLabel(3, label, 'en'))).toBe(expected);
  });
});
