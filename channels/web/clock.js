import { STRINGS, fill } from "./strings.zh.js";
import { byId, longDay } from "./dom.js";

/** The demo's business date: shown always, moved by a day, a week, or to a day. */
export class BusinessClock {
  constructor(api) {
    this.api = api;
    this.controls = [...byId("calendar").querySelectorAll("button, input")];
    for (const button of byId("calendar").querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#move({ advance: button.dataset.advance }));
    }
    byId("clock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (byId("clock-date").value) this.#move({ to: byId("clock-date").value });
    });
  }

  async load() {
    byId("clock-note").textContent = "";
    this.show((await this.api.clock()).business_date);
  }

  show(day) {
    const shown = byId("business-date");
    shown.textContent = longDay(day);
    shown.dateTime = day;
    byId("clock-date").min = day;
    byId("clock-date").value = day;
  }

  async #move(move) {
    this.controls.forEach((control) => (control.disabled = true));
    byId("clock-note").textContent = STRINGS.clock.busy;
    try {
      const { business_date: day, closed } = await this.api.moveClock(move);
      this.show(day);
      byId("clock-note").textContent = fill(STRINGS.clock.moved, { days: closed });
    } catch (error) {
      byId("clock-note").textContent = error.message;
    } finally {
      this.controls.forEach((control) => (control.disabled = false));
    }
  }
}
