import type { CreditAssistant } from "./element";

const PHONE = "(max-width: 480px)";

/** Where the widget stands on the page: above everything, and on a phone as large as what the keyboard leaves. */
export class Place {
  #locked: string | null = null;

  constructor(private readonly host: CreditAssistant) {}

  get touch(): boolean {
    return matchMedia("(pointer: coarse)").matches;
  }

  enter(): void {
    if (this.host.mode === "bubble" && typeof this.host.showPopover === "function") {
      // The top layer lies above every z-index that a page can think of.
      this.host.popover = "manual";
      this.host.showPopover();
    }
    visualViewport?.addEventListener("resize", this.#fit);
    visualViewport?.addEventListener("scroll", this.#fit);
    addEventListener("resize", this.#fit);
  }

  leave(): void {
    visualViewport?.removeEventListener("resize", this.#fit);
    visualViewport?.removeEventListener("scroll", this.#fit);
    removeEventListener("resize", this.#fit);
    this.#unlock();
  }

  settle(): void {
    this.#fit();
    if (this.host.mode === "bubble" && this.host.opened && matchMedia(PHONE).matches) this.#lock();
    else this.#unlock();
  }

  #fit = () => {
    const panel = this.host.renderRoot.querySelector<HTMLElement>(".panel");
    if (!panel) return;
    const full = this.host.mode === "bubble" && matchMedia(PHONE).matches && visualViewport;
    panel.style.height = full ? `${full.height}px` : "";
    panel.style.top = full ? `${full.offsetTop}px` : "";
  };

  /** The page behind a full screen must not move under the finger. */
  #lock(): void {
    if (this.#locked !== null) return;
    this.#locked = document.documentElement.style.overflow;
    document.documentElement.style.overflow = "hidden";
  }

  #unlock(): void {
    if (this.#locked === null) return;
    document.documentElement.style.overflow = this.#locked;
    this.#locked = null;
  }
}
