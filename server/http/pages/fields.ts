// Texts of form fields as values. Pure.

/** "aapl, msft nvda" as ["AAPL", "MSFT", "NVDA"]; whether they are tickers is for the schema to say. */
export function symbolList(text: string): string[] {
  const words = text
    .toUpperCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
  return [...new Set(words)];
}

/** A number as people type it: spaces and thousands commas go, "0,05" is not guessed at. */
export function decimalText(text: string): string {
  return text.trim().replaceAll(/[\s_]/g, "").replace(/^\+/, "");
}

/** The name itself, or with the first number that makes it free: "swing", "swing 2", "swing 3". */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
  }
}
