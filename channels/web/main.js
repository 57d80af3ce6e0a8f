import { STRINGS, fill } from "./strings.zh.js";
import { showAccount } from "./account.js";
import { BusinessClock } from "./clock.js";
import { byId, h, label, yuan } from "./dom.js";
import { Lender } from "./lender.js";

const WIDE = matchMedia("(min-width: 900px)");
const ACCOUNT_AFTER = 400;

label(document);
const lender = new Lender();
const clock = new BusinessClock(lender, refresh);
const assistant = await ready();
let refreshing = 0;

byId("leave").addEventListener("click", leave);
assistant.on("settled", refreshSoon);
assistant.on("message", refreshSoon);
assistant.on("event", ({ name, data }) => {
  if (name !== "clock") return;
  clock.show(data.business_date);
  refreshSoon();
});
showGoods();
showCustomers();

/** The assistant's script and this one are both deferred; whichever comes second finds the other. */
function ready() {
  if (window.CreditAssistant) return window.CreditAssistant;
  return new Promise((resolve) => addEventListener("credit-assistant-ready", () => resolve(window.CreditAssistant), { once: true }));
}

async function showCustomers() {
  try {
    const customers = await lender.customers();
    byId("customers").replaceChildren(...customers.map(customerButton));
  } catch (error) {
    byId("login-problem").textContent = fill(STRINGS.login.failed, { problem: error.message });
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
  byId("login-problem").textContent = "";
  try {
    const source = await lender.login(customer.id);
    const { business_date: today } = await lender.clock();
    clock.show(today);
    await refresh();
    assistant.setToken(source);
  } catch (error) {
    byId("login-problem").textContent = fill(STRINGS.login.failed, { problem: error.message });
    return;
  }
  byId("who-name").textContent = customer.name;
  byId("who-situation").textContent = customer.situation;
  byId("login").hidden = true;
  byId("who").hidden = byId("desk").hidden = false;
  if (WIDE.matches) assistant.open(); // on a phone the chat would cover the account
}

function leave() {
  assistant.setToken(null);
  assistant.close();
  byId("who").hidden = byId("desk").hidden = true;
  byId("login").hidden = false;
  showCustomers();
}

/** Several things happen at once; the account is read once after them. */
function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => refresh().catch(() => {}), ACCOUNT_AFTER);
}

async function refresh() {
  showAccount(await lender.account(), { ask, refund });
}

function ask(question) {
  assistant.open();
  assistant.send(question);
}

async function refund(purchase) {
  await shop(async () => fill(STRINGS.shop.refunded, { amount: yuan((await lender.refund(purchase)).refunded) }));
}

function showGoods() {
  byId("goods").replaceChildren(
    ...STRINGS.shop.goods.map((goods) => {
      const price = fill(STRINGS.shop.buy, { amount: yuan(goods) });
      const button = h("button", { type: "button", test: "buy" }, price);
      button.addEventListener("click", () => buy(goods, button));
      return h("li", {}, h("span", { class: "what" }, goods.name, h("small", {}, goods.merchant)), button);
    }),
  );
}

async function buy(goods, button) {
  button.disabled = true;
  byId("shop-note").textContent = STRINGS.shop.working;
  await shop(async () => {
    const bought = await lender.buy(goods);
    return fill(STRINGS.shop.done, { amount: yuan(bought.amount), goods: goods.name });
  });
  button.disabled = false;
}

async function shop(trade) {
  try {
    byId("shop-note").textContent = await trade();
  } catch (error) {
    byId("shop-note").textContent = error.message;
  }
  await refresh().catch(() => {});
}
