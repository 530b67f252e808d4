/** Words for the search: as usual, and every two neighbouring Han characters as one word. */
export function cutHan(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
  return words.flatMap((word) => {
    const parts = word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? [];
    return parts.flatMap((part) => {
      if (!/\p{Script=Han}/u.test(part)) return [part];
      const signs = [...part];
      return signs.length === 1 ? signs : signs.slice(1).map((sign, place) => signs[place]! + sign);
    });
  });
}
