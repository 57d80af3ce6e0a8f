// Figures as people read them. Amounts and rates are whole numbers here too: nothing is divided as a float.

/** `500000` (fen) → `5,000.00`. */
export function money(minor) {
  const negative = minor < 0;
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? "-" : ""}${whole}.${digits.slice(-2)}`;
}

/** Parts per million → percent, two decimals at least: `109500` → `10.95%`, `300` → `0.03%`. */
export function percent(ppm) {
  const digits = String(Math.abs(ppm)).padStart(5, "0");
  const decimals = digits.slice(-4).replace(/0+$/, "").padEnd(2, "0");
  return `${ppm < 0 ? "-" : ""}${digits.slice(0, -4)}.${decimals}%`;
}

/** A yearly rate as the conversation says it, two decimals, halves up: `115169` → `11.52%`. */
export function yearly(ppm) {
  return percent(Math.floor((ppm + 50) / 100) * 100);
}

/** `2026-11-08` into a template with {year}, {month}, {day}, without leading zeros. */
export function day(iso, template) {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return template.replace("{year}", year).replace("{month}", month).replace("{day}", date);
}

/** An instant as hours and minutes in the business zone: `12:30`. */
export function clockTime(iso) {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" };
  return new Intl.DateTimeFormat("en-GB", parts).format(new Date(iso));
}

/** How many characters a person would count. */
export function characters(text) {
  return [...text].length;
}

/** `used` of `limit` as a whole percent between 0 and 100. */
export function share(used, limit) {
  if (limit <= 0) return 0;
  return Math.max(0, Math.min(100, Math.round((used * 100) / limit)));
}
