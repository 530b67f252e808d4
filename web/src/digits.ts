// Digits as the board and the reports show them: three that matter, thousands by comma, a real minus.

/** Three significant digits; whole numbers beyond 1,000. `decimals` fixes them, for two that stand together. */
export function three(value: number, decimals = digitsOf(value)): string {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return text.replace('-', '\u2212').replace(/^\u2212(0(?:\.0*)?)$/, '$1');
}

/** How many decimals make three significant digits. What rounds up to a power of ten has one digit more before it. */
export function digitsOf(value: number): number {
  if (value === 0) return 0;
  const written = value.toLocaleString('en-US', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  return written.split('.')[1]?.length ?? 0;
}
