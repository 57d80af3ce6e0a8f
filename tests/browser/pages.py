"""A lender's pages that embed the widget: a calm one, hostile ones, one that wants the frame."""

from __future__ import annotations

from dataclasses import dataclass

LOGIN = """
function login() {
  const source = async () => (await fetch('/token')).text();
  window.CreditAssistant.setToken(source);
}
if (window.CreditAssistant) login(); else addEventListener('credit-assistant-ready', login, { once: true });
"""
HOSTILE = """
* { all: unset; color: red; font: 40px serif; letter-spacing: 9px; direction: rtl; text-transform: uppercase; }
*:not(html, head, head *) { display: inline !important; position: static !important; opacity: .2; visibility: hidden !important; }
credit-assistant, credit-assistant * { display: none !important; width: 10px !important; z-index: -1 !important; transform: scale(0.1); }
body { transform: translateZ(0); overflow: hidden; }
.wall { all: unset; display: block !important; position: fixed !important; inset: 0; z-index: 2147483647; background: #fdd; visibility: visible !important; }
"""


@dataclass(frozen=True)
class HostPage:
    """A page of the lender, written for a gateway's address."""

    attributes: str = ""
    style: str = ""
    doctype: str = "<!doctype html>"
    content: str = "<h1>一家消费金融公司</h1><p>账户页面</p>"
    policy: str = ""
    inline: bool = True

    def headers(self, gateway: str) -> dict[str, str]:
        made = {"content-type": "text/html; charset=utf-8"}
        if self.policy:
            made["content-security-policy"] = self.policy.replace("{gateway}", gateway)
        return made

    def body(self, gateway: str) -> str:
        script = f'<script src="{gateway}/assistant.js" {self.attributes} defer></script>'
        login = f"<script>{LOGIN}</script>" if self.inline else '<script src="/login.js" defer></script>'
        style = f"<style>{self.style}</style>" if self.style else ""
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        return f'{self.doctype}<html lang="zh-CN"><head>{head}<title>页面</title>{script}{style}</head><body>{self.content}{login}</body></html>'


class Script(HostPage):
    """The login as a file, for pages that allow nothing inline."""

    def headers(self, gateway: str) -> dict[str, str]:
        return {"content-type": "text/javascript"}

    def body(self, gateway: str) -> str:
        return LOGIN


STRICT = (
    "default-src 'none'; script-src 'self' {gateway}; style-src 'none'; connect-src 'self' {gateway}; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
PAGES: dict[str, HostPage] = {
    "/": HostPage(),
    "/hostile": HostPage(style=HOSTILE, content='<div class="wall">墙</div><input value="x">'),
    "/quirks": HostPage(doctype="", content="<table><tr><td><center><font size=7>老页面"),
    "/strict": HostPage(policy=STRICT, inline=False, style=""),
    "/framed": HostPage(attributes='data-mode="frame" data-tenant="site"'),
    "/english": HostPage(attributes='data-lang="en"'),
    "/login.js": Script(),
}
