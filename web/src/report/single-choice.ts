// In which language and theme the single file opens.

import type { Lang } from '../words.ts';

export type Theme = 'light' | 'dark';

/** `?lang=` first, then the first language of the browser that is one of ours. */
export function firstLang(search: string, languages: readonly string[]): Lang {
  const asked = new URLSearchParams(search).get('lang');
  const wanted = [...(asked ? [asked] : []), ...languages].map((tag) => tag.toLowerCase().slice(0, 2));
  return (wanted.find((tag) => tag === 'en' || tag === 'zh') as Lang | undefined) ?? 'en';
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}
