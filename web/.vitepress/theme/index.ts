// The look: VitePress's own layout without its fonts, our tokens, our components.

import type { Theme } from 'vitepress';
import Default from 'vitepress/theme-without-fonts';

import BoardView from '../../src/components/BoardView.vue';
import HomeView from '../../src/components/HomeView.vue';
import LiveLane from '../../src/components/LiveLane.vue';
import QuizItem from '../../src/components/QuizItem.vue';
import Remember from '../../src/components/Remember.vue';
import TeacherNotes from '../../src/components/TeacherNotes.vue';
import Transcript from '../../src/components/Transcript.vue';

import './tokens.css';
import './page.css';

export default {
  extends: Default,
  enhanceApp({ app }) {
    const components = { BoardView, HomeView, LiveLane, QuizItem, Remember, TeacherNotes, Transcript };
    for (const [name, component] of Object.entries(components)) app.component(name, component);
  },
} satisfies Theme;
