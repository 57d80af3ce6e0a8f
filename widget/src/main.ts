import { embed } from "./embed";
import { CreditAssistant } from "./element";
import { lend } from "./lent";

// Once a page, however often the script stands in it.
if (!customElements.get("credit-assistant")) {
  lend();
  customElements.define("credit-assistant", CreditAssistant);
  embed(document.currentScript as HTMLScriptElement | null);
}
