// The language of the page a component stands in.

import { useData } from 'vitepress';
import { computed, type ComputedRef } from 'vue';

import type { Lang } from '../words.ts';

export function useLang(): ComputedRef<Lang> {
  const { lang } = useData();
  return computed(() => (lang.value.startsWith('zh') ? 'zh' : 'en'));
}
