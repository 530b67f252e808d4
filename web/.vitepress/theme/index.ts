// The look: VitePress's own layout without its fonts, our tokens, our components.

import type { Theme } from 'vitepress';
import Default from 'vitepress/theme-without-fonts';

import BoardView from '../../src/components/BoardView.vue';
import HomeView from '../../src/components/HomeView.vue';

import './tokens.css';
import './page.css';

export default {
  extends: Default,
  enhanceApp({ app }) {
    for (const [name, component] of Object.entries({ BoardView, HomeView })) app.component(name, component);
  },
} satisfies Theme;
