// How wide a chart may be: one pixel of the drawing is one of the page, so that its text stays as large as any other.

import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** The width of an element, in pixels; `otherwise` until it is known. */
export function useWidth(element: Ref<HTMLElement | null>, otherwise: number): Ref<number> {
  const width = ref(otherwise);
  let watching: ResizeObserver | null = null;
  onMounted(() => {
    watching = new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      // Nothing is drawn for a part of the page that is folded away.
      if (now > 0) width.value = now;
    });
    if (element.value) watching.observe(element.value);
  });
  onBeforeUnmount(() => watching?.disconnect());
  return width;
}
