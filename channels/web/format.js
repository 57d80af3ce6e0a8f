// Figures as people read them. Amounts are whole numbers here too: nothing is divided as a float.

/** `500000` (fen) → `5,000.00`. */
export function money(minor) {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${minor < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
}

/** `2026-11-08` into a template with {year}, {month}, {day}, without leading zeros. */
export function day(iso, template) {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return template.replace("{year}", year).replace("{month}", month).replace("{day}", date);
}
