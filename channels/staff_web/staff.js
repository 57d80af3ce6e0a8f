import { STRINGS } from "./strings.zh.js";

const POLL_MILLISECONDS = 2000;
const byId = (id) => document.getElementById(id);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
const yuan = (amount) =>
  fill(STRINGS.yuan, { amount: (amount.minor / 100).toLocaleString(STRINGS.locale, { minimumFractionDigits: 2 }) });

/** Memory only: closing the page is logging out. */
const state = { token: null, me: null, ticket: null, seen: 0, sending: false };

class Refused extends Error {}

async function call(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (state.token) headers.Authorization = `Bearer ${state.token}`;
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(STRINGS.offline);
  }
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.message);
  return answer;
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function complain(error, place = byId("problem")) {
  if (!(error instanceof Refused)) throw error;
  place.textContent = error.message;
  place.hidden = false;
}

// ── the queue ──

function ticketItem(ticket) {
  const mine = ticket.staff === state.me;
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(ticket.opened_at)) / 60000));
  const where = ticket.state === "taken" ? fill(STRINGS.queue.taken, ticket) : fill(STRINGS.queue.waiting, { minutes });
  const item = make(
    "li",
    [mine ? "mine" : "", ticket.urgent ? "urgent" : ""].join(" ").trim(),
    make("strong", "", ticket.customer_name),
    make("span", "why", STRINGS.reason[ticket.reason] ?? STRINGS.reason.other),
    make("span", "when", `${where} · ${fill(STRINGS.queue.reference, ticket)}`),
  );
  if (ticket.state === "waiting" || mine) {
    const button = make("button", "", ticket.state === "waiting" ? STRINGS.queue.take : STRINGS.queue.back);
    button.type = "button";
    button.dataset.testid = "staff-take";
    button.addEventListener("click", () => take(ticket).catch((error) => complain(error)));
    item.append(button);
  }
  return item;
}

async function refreshQueue() {
  const { tickets } = await call("GET", "/staff/tickets");
  byId("nobody").hidden = tickets.length > 0;
  byId("tickets").replaceChildren(...tickets.map(ticketItem));
  const thumbs = await call("GET", "/staff/feedback");
  byId("thumbs").textContent = fill(STRINGS.thumbs, thumbs);
  byId("reasons").replaceChildren(...thumbs.reasons.map((reason) => make("li", "", reason)));
  if (state.ticket && !tickets.some((ticket) => ticket.id === state.ticket.id)) leave();
}

async function take(ticket) {
  if (ticket.state === "waiting") await call("POST", `/staff/tickets/${ticket.id}/take`, {});
  state.ticket = ticket;
  state.seen = 0;
  byId("messages").replaceChildren();
  byId("problem").hidden = true;
  byId("talk").hidden = byId("account").hidden = false;
  byId("customer").textContent = `${ticket.customer_name} · ${fill(STRINGS.queue.reference, ticket)}`;
  await refreshTalk();
  await refreshQueue();
  byId("text").focus();
}

function leave() {
  state.ticket = null;
  byId("talk").hidden = byId("account").hidden = true;
}

// ── the conversation ──

async function refreshTalk() {
  const { ticket } = state;
  if (!ticket) return;
  const shown = await call("GET", `/staff/tickets/${ticket.id}?after=${state.seen}`);
  if (state.ticket !== ticket) return;
  if (shown.summary) byId("account").replaceChildren(...account(shown.summary));
  const fresh = shown.messages.filter((message) => message.seq > state.seen);
  for (const message of fresh) {
    const who = make("span", "who", STRINGS.who[message.from] ?? message.from);
    byId("messages").append(make("li", message.from, who, message.text));
    state.seen = message.seq;
  }
  if (fresh.length) byId("log").scrollTop = byId("log").scrollHeight;
}

function table(pairs) {
  const list = document.createElement("dl");
  for (const [name, value] of pairs) list.append(make("dt", "", name), make("dd", "", value));
  return list;
}

function account(summary) {
  const words = STRINGS.account;
  const parts = [make("h2", "", words.title)];
  parts.push(
    table([
      [words.overdue, String(summary.days_overdue)],
      [words.autopay, summary.autopay ? words.on : words.off],
      [words.student, summary.is_student ? words.yes : words.no],
    ]),
  );
  for (const line of summary.limits.lines) {
    parts.push(make("h3", "", line.name));
    parts.push(
      table([
        [words.status, words[line.status]],
        [words.limit, yuan(line.limit)],
        [words.available, yuan(line.available)],
      ]),
    );
  }
  if (summary.bill) {
    parts.push(make("h3", "", words.bill));
    parts.push(
      table([
        [words.outstanding, yuan(summary.bill.outstanding)],
        [words.due, summary.bill.due_on],
      ]),
    );
  }
  for (const loan of summary.schedules.loans) {
    parts.push(make("h3", "", `${yuan(loan.principal)} · ${loan.opened_on}`));
    if (loan.next_due_on) parts.push(table([[words.next, loan.next_due_on]]));
  }
  return parts;
}

byId("answer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text || !state.ticket || state.sending) return;
  state.sending = true;
  try {
    await call("POST", `/staff/tickets/${state.ticket.id}/messages`, { id: crypto.randomUUID(), text });
    byId("text").value = "";
    byId("problem").hidden = true;
    await refreshTalk();
  } catch (error) {
    complain(error);
  } finally {
    state.sending = false;
  }
});

byId("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("answer").requestSubmit();
});

byId("closing").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!state.ticket) return;
  try {
    await call("POST", `/staff/tickets/${state.ticket.id}/close`, { note: byId("note").value });
    byId("note").value = "";
    leave();
    await refreshQueue();
  } catch (error) {
    complain(error);
  }
});

// ── in and out ──

byId("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const name = byId("name").value.trim();
    state.token = (await call("POST", "/demo/staff/login", { name })).token;
    state.me = name;
    byId("me").textContent = name;
    byId("login").hidden = true;
    byId("desk").hidden = false;
    await refreshQueue();
    setInterval(() => Promise.all([refreshQueue(), refreshTalk()]).catch((error) => complain(error)), POLL_MILLISECONDS);
  } catch (error) {
    complain(error, byId("login-problem"));
  }
});
