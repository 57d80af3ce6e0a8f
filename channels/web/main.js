import { STRINGS, fill } from "./strings.zh.js";
import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { BusinessClock } from "./clock.js";
import { byId, h, label } from "./dom.js";
import { Sheet } from "./sheet.js";
import { Stream } from "./stream.js";

const WIDE = matchMedia("(min-width: 900px)");

label(document);
const api = new Api();
let stream = null;

const chat = new Chat(api, {
  connected: () => Boolean(stream?.connected),
  openOffer: (id) => sheet.open(id).catch((error) => problem(error.message)),
});
const sheet = new Sheet(api, (id, status) => {
  chat.offerSettled(id, status);
  if (!stream?.connected) chat.catchUp().catch(() => {});
});
const clock = new BusinessClock(api);

byId("leave").addEventListener("click", leave);
WIDE.addEventListener("change", openCalendar);
showCustomers();

async function showCustomers() {
  try {
    const customers = await api.customers();
    byId("customers").replaceChildren(...customers.map(customerButton));
  } catch (error) {
    problem(fill(STRINGS.login.failed, { problem: error.message }));
  }
}

function customerButton(customer) {
  const button = h(
    "button",
    { type: "button", test: "login-customer", "data-customer": customer.id },
    h("b", {}, customer.name),
    h("span", {}, customer.situation),
  );
  button.addEventListener("click", () => enter(customer));
  return h("li", {}, button);
}

async function enter(customer) {
  byId("login-problem").hidden = true;
  try {
    await api.login(customer.id);
    await Promise.all([chat.load(), clock.load()]);
  } catch (error) {
    problem(fill(STRINGS.login.failed, { problem: error.message }));
    return;
  }
  byId("who-name").textContent = customer.name;
  byId("who-situation").textContent = customer.situation;
  byId("login").hidden = true;
  byId("desk").hidden = false;
  openCalendar();
  listen();
  byId("log").scrollTop = byId("log").scrollHeight;
  if (WIDE.matches) byId("text").focus(); // on a phone the keyboard would cover what was said
}

function listen() {
  linked(false);
  stream = new Stream(api, {
    seen: () => chat.seen,
    onState: linked,
    onEvent: (name, data) => {
      if (name === "message") chat.show(data);
      else if (name === "clock") clock.show(data.business_date);
    },
  });
  stream.run();
}

function linked(connected) {
  byId("link").textContent = connected ? STRINGS.chat.connected : STRINGS.chat.connecting;
  byId("link").classList.toggle("on", connected);
}

function leave() {
  stream?.stop();
  stream = null;
  byId("messages").replaceChildren();
  byId("desk").hidden = true;
  byId("login").hidden = false;
  showCustomers();
}

function openCalendar() {
  byId("calendar").open = WIDE.matches;
}

/** What cannot be said in its own place: at the login, or as a line at the end of the conversation. */
function problem(text) {
  if (byId("desk").hidden) {
    byId("login-problem").textContent = text;
    byId("login-problem").hidden = false;
    return;
  }
  byId("messages").append(h("li", { class: "aside", test: "aside", role: "alert" }, text));
  byId("log").scrollTop = byId("log").scrollHeight;
}
