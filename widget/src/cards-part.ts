// The second file: every card, the confirmation sheet, the thumbs under answers, the page of a signed link.
import { ConfirmSheet } from "./sheet";
import { Thumbs } from "./thumbs";

export { drawCard } from "./cards";
export { standAlone } from "./confirm";
export { cardStyle } from "./card-styles";

export function define(): void {
  if (!customElements.get("credit-assistant-sheet")) customElements.define("credit-assistant-sheet", ConfirmSheet);
  if (!customElements.get("credit-assistant-thumbs")) customElements.define("credit-assistant-thumbs", Thumbs);
}
