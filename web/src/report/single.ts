// The entry of the single file: reads the run that stands in it, as JSON, in the element `run`.

import { createApp } from 'vue';

import '../../.vitepress/theme/tokens.css';
import './single.css';
import SingleReport from './SingleReport.vue';
import { fault, type Text, type View } from './view.ts';

function read(text: string): { view: View | null; wrong: Text | null } {
  try {
    const value: unknown = JSON.parse(text);
    // The empty form is no mistake.
    if (value === null) return { view: null, wrong: null };
    const wrong = fault(value);
    return { view: wrong === null ? (value as View) : null, wrong };
  } catch {
    return { view: null, wrong: { en: 'not JSON', zh: '不是 JSON' } };
  }
}

const text = document.getElementById('run')?.textContent ?? 'null';
const { view, wrong } = read(text);
const raw = view ? URL.createObjectURL(new Blob([text], { type: 'application/json' })) : '';
createApp(SingleReport, { view, wrong, raw }).mount('#report');
