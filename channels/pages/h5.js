// The chat alone, for a mini-program's web-view. The lender's login puts its token behind the #, which no server is sent;
// it is taken out of the address before anything else can read it there. When it ends, the login is asked for another.
const assistant = document.querySelector("credit-assistant");
const login = document.documentElement.dataset.login;
let given = new URLSearchParams(location.hash.slice(1)).get("token");
if (location.hash) history.replaceState(null, "", location.pathname);

function goToLogin() {
  const address = new URL(login);
  address.searchParams.set("return_to", location.origin + location.pathname);
  location.replace(address.href);
}

async function token() {
  const first = given;
  given = null;
  if (first) return first;
  if (!login) throw new Error("no login is configured");
  goToLogin();
  return new Promise(() => {}); // the page is leaving
}

if (given || login) customElements.whenDefined("credit-assistant").then(() => assistant.setToken(token));
