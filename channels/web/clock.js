import { STRINGS, fill } from "./strings.zh.js";
import { byId, longDay } from "./dom.js";

/** The business date and the buttons that move it. */
export class BusinessClock {
  /** `onMoved()` is called after days were closed. */
  constructor(lender, onMoved) {
    this.lender = lender;
    this.onMoved = onMoved;
    for (const button of document.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#move({ advance: button.dataset.advance }));
    }
    byId("clock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#move({ to: byId("clock-date").value });
    });
  }

  show(iso) {
    byId("business-date").textContent = longDay(iso);
    byId("business-date").setAttribute("datetime", iso);
    byId("clock-date").min = iso;
    byId("clock-date").value = iso;
  }

  async #move(move) {
    this.#busy(true);
    byId("clock-note").textContent = STRINGS.clock.busy;
    try {
      const { business_date: now, closed } = await this.lender.moveClock(move);
      this.show(now);
      byId("clock-note").textContent = fill(STRINGS.clock.moved, { days: closed });
      this.onMoved();
    } catch (error) {
      byId("clock-note").textContent = error.message;
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy) {
    for (const button of document.querySelectorAll("[data-advance], #clock-form button")) button.disabled = busy;
  }
}
