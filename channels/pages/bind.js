// Binds an app identity: the lender's login, consent, then a code to be sent back in the app. All words come with the
// link's content; the token lives in this page only and is never in an address that is sent anywhere.
const page = document.getElementById("page");
const signed = location.pathname.split("/").pop();

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function show(...children) {
  page.replaceChildren(...children);
}

async function call(method, address, body, token) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(address, { method, headers, body: body && JSON.stringify(body), credentials: "omit" });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

// The login comes back with #token=…; it is taken out of the address before anything else can read it there.
function tokenFromLogin() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname);
  return token;
}

function fail(link, problem) {
  const title = link ? link.words.failed : "";
  show(element("h1", { textContent: title }), element("p", { className: "problem", role: "alert", textContent: problem.message }));
}

function start(link, ...below) {
  const { words } = link;
  document.title = words.title;
  show(
    element("h1", { textContent: words.title }),
    element("p", { textContent: words.intro }),
    element("p", { className: "warning", textContent: words.warning }),
    ...below,
  );
}

async function choose(link) {
  if (link.login_url) {
    const address = new URL(link.login_url);
    address.searchParams.set("return_to", location.origin + location.pathname);
    start(link, element("a", { className: "button", href: address.href, textContent: link.words.login }));
    return;
  }
  if (!link.demo) return start(link);
  const customers = await call("GET", "/demo/customers");
  const buttons = customers.map(({ id, name }) =>
    element("button", { type: "button", textContent: name, onclick: () => attempt(link, () => logIn(link, id)) }));
  start(link, element("p", { textContent: link.words.choose }), ...buttons);
}

async function logIn(link, customer) {
  agree(link, (await call("POST", "/demo/login", { customer })).token);
}

function agree(link, token) {
  const tick = element("input", { type: "checkbox", id: "consent" });
  const bind = element("button", { type: "button", className: "main", disabled: true, textContent: link.words.bind });
  tick.onchange = () => { bind.disabled = !tick.checked; };
  bind.onclick = () => {
    bind.disabled = true;
    attempt(link, () => finish(link, token));
  };
  const label = element("label", { className: "consent" }, tick, element("span", { textContent: link.consent.text }));
  start(link, label, bind);
}

async function finish(link, token) {
  const bound = await call("POST", "/v1/bindings", { signed, consent_version: link.consent.version }, token);
  show(
    element("h1", { textContent: link.words.title }),
    element("p", { textContent: link.words.code }),
    element("output", { className: "code", textContent: bound.code }),
    element("p", { textContent: bound.note }),
  );
}

async function attempt(link, work) {
  try {
    await work();
  } catch (problem) {
    fail(link, problem);
  }
}

const token = tokenFromLogin();
attempt(null, async () => {
  const link = await call("POST", "/v1/bind-links/open", { signed });
  await attempt(link, async () => (token ? agree(link, token) : choose(link)));
});
