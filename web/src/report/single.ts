// The entry of the single file: reads the run that stands in it, as JSON, in the element `run`.

import { createApp } from 'vue';

import '../../.vitepress/theme/tokens.css';
import './single.css';
import SingleReport from './SingleReport.vue';
import { fault, type View } from './view.ts';

function read(text: string): { view: View | null; wrong: string } {
  try {
    const value: unknown = JSON.parse(text);
    const wrong = value === null ? '' : fault(value);
    return { view: wrong === null ? (value as View) : null, wrong: wrong ?? '' };
  } catch {
    return { view: null, wrong: 'not JSON' };
  }
}

const text = document.getElementById('run')?.textContent ?? 'null';
const { view, wrong } = read(text);
const raw = view ? URL.createObjectURL(new Blob([text], { type: 'application/json' })) : '';
createApp(SingleReport, { view, wrong, raw }).mount('#report');
