// How wide a chart may be: one pixel of the drawing is one of the page, so that its text stays as large as any other. Only
// on a screen as wide as a projector's is it larger, because that is read from the last row.

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

/** How much larger than on a desk a drawing is. */
export function useZoom(): Ref<number> {
  const zoom = ref(1);
  const wide = globalThis.matchMedia?.('screen and (min-width: 1600px)');
  const choose = () => (zoom.value = wide?.matches ? 1.25 : 1);
  onMounted(() => {
    choose();
    wide?.addEventListener('change', choose);
  });
  onBeforeUnmount(() => wide?.removeEventListener('change', choose));
  return zoom;
}
