/** Filling of `{name}` in a sentence; numbers take the language's own separators. */

const NUMBERS: Record<string, Intl.NumberFormat> = {};

/** Format a number as the language writes it, at most `digits` decimals. */
export function formatNumber(value: number, lang: string, digits = 1): string {
  const key = `${lang}${digits}`;
  NUMBERS[key] ??= new Intl.NumberFormat(lang === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: digits });
  return NUMBERS[key].format(value);
}

/** Return the template with its parameters; a missing one stays visible. */
export function interpolate(template: string, params: Record<string, unknown>, lang: string): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    // what was written in both languages reads in that of the reader
    const value = params[name] ?? params[`${name}_${lang}`];
    if (value === undefined || value === null) return whole;
    return typeof value === 'number' ? formatNumber(value, lang) : String(value);
  });
}
