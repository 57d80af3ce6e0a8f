"""A conversation through every channel, with the three real processes and a fake of each platform.

    .venv/bin/python -m tools.messaging_demo [--channel wechat_oa …] [--question 我的额度是多少 …]

Each channel goes the whole way: a stranger is invited, logs in, agrees, sends the code back, asks, takes out a loan
over the signed link, gets the receipt, and ends the binding. Everything is on loopback, in a folder of its own."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from channels.messaging.config import VARIABLE, is_secret
from channels.messaging.kinds import KINDS, module_of
from tests.harness.databases import sqlite_url
from tests.harness.pin import PIN
from tests.harness.processes import Stack, seed
from tools.services import LOOPBACK, free_ports

SHOWN = [kind for kind in KINDS if kind != "plain"]
QUESTIONS = ("我的额度是多少", "这期账单多少", "利息怎么算")
LOAN = "借一千块分3期"
UNBIND, SURE = "解除绑定", "确认解除绑定"
START_SECONDS = 400.0
SECONDS = 60.0
QUIET_SECONDS = 1.0
"""After an answer, for what may still come of the same turn."""
NAMES = {"me": "客户", "assistant": "助手"}


class Silence(Exception):  # noqa: N818 - the demo's own
    """Nothing came back."""


class Talk:
    """One person in one app."""

    def __init__(self, kind: str, fake: Any, http: httpx.AsyncClient, customer: Mapping[str, str]) -> None:
        self.user = f"demo-{kind.replace('_', '-')}"
        self._fake = fake
        self._http = http
        self._customer = customer

    async def whole(self, questions: tuple[str, ...]) -> None:
        """From stranger to stranger. Raises Silence, httpx.HTTPStatusError."""
        await self.say("你好")
        code = await self._bind(self._address("/bind/"))
        print(f"    ({self._customer['name']} opens the link, logs in and agrees; the page shows a code)")
        await self.say(code)
        for question in questions:
            await self.say(question)
        await self._borrow()
        await self.say(UNBIND)
        await self.say(SURE)

    async def say(self, text: str, expected: str = "") -> list[str]:
        _print("me", text)
        return await self._heard(lambda: self._fake.say(self.user, text), expected)

    async def _heard(self, act: Callable[[], Any], expected: str = "") -> list[str]:
        before = len(self._fake.shown(self.user))
        await act()
        until = time.monotonic() + SECONDS
        while not any(expected in text for text in self._fake.shown(self.user)[before:]):
            if time.monotonic() > until:
                raise Silence(f"no answer within {SECONDS:.0f} s")
            await asyncio.sleep(0.05)
        await asyncio.sleep(QUIET_SECONDS)
        said: list[str] = self._fake.shown(self.user)[before:]
        for text in said:
            _print("assistant", text)
        chips = self._fake.chips(self.user)
        if chips:
            print(f"          [{'] ['.join(chips)}]")
        return said

    def _address(self, path: str) -> str:
        """The signed part of the newest link, in the text or behind a button."""
        newest = "\n".join([*self._fake.shown(self.user)[-3:], *self._links()])
        found = re.findall(rf"{path}([A-Za-z0-9_-]+)", newest)
        if not found:
            raise Silence(f"no link to {path}")
        return str(found[-1])

    async def _bind(self, signed: str) -> str:
        opened = await self._post("/v1/bind-links/open", {"signed": signed})
        token = (await self._post("/demo/login", {"customer": self._customer["id"]}))["token"]
        wish = {"signed": signed, "consent_version": opened["consent"]["version"]}
        return str((await self._post("/v1/bindings", wish, token))["code"])

    async def _borrow(self) -> None:
        await self.say(LOAN)
        for _ in range(4):  # whatever is still to be asked: a purpose, a way of repaying
            if re.search(r"/confirm/", "\n".join([*self._fake.shown(self.user)[-2:], *self._links()])):
                break
            await self.say((self._fake.chips(self.user) or ["1"])[0])
        signed = self._address("/confirm/")
        opened = await self._post("/v1/confirm-links/open", {"signed": signed})
        print("    (the customer opens the link, reads the offer and types the payment PIN)")
        address = f"/v1/offers/{opened['offer']}/confirm"
        await self._heard(lambda: self._post(address, {"pin": PIN}, opened["token"]))

    def _links(self) -> list[str]:
        return list(self._fake.links(self.user).values()) if hasattr(self._fake, "links") else []

    async def _post(self, path: str, body: dict[str, Any], token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = await self._http.post(path, json=body, headers=headers)
        response.raise_for_status()
        return response.json()


def messaging_file(settings: Mapping[str, Mapping[str, Any]], public_url: str) -> tuple[str, dict[str, str]]:
    """The file for these channels, and the environment that holds the secrets it names."""
    environment: dict[str, str] = {}

    def hidden(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: hidden(part) for key, part in value.items()}
        name = f"DEMO_SECRET_{len(environment)}"
        environment[name] = str(value)
        return f"${{{name}}}"

    channels = {}
    for kind, given in settings.items():
        fields = module_of(kind).Settings.model_fields
        channels[kind] = {
            name: hidden(value) if is_secret(fields[name].annotation) else value for name, value in given.items()
        }
    return yaml.safe_dump({"public_url": public_url, "channels": channels}, allow_unicode=True), environment


def fake_of(kind: str, hook_url: str) -> Any:
    return import_module(f"tools.fakes.{kind}").Fake(hook_url)


async def run(kinds: list[str], questions: tuple[str, ...], folder: Path) -> int:
    """How many channels did not get through."""
    database_url = sqlite_url(folder / "xinzhang.db")
    await asyncio.to_thread(seed, database_url, folder)
    (port,) = free_ports(1)
    fakes = {kind: fake_of(kind, f"http://{LOOPBACK}:{port}/hooks/{kind}") for kind in kinds}
    for fake in fakes.values():
        await fake.start()
    content, secrets = messaging_file(
        {kind: fake.settings() for kind, fake in fakes.items()}, f"http://{LOOPBACK}:{port}"
    )
    file = folder / "messaging.yml"
    file.write_text(content, "utf-8")
    stack = Stack(
        folder, database_url, port=port, start_seconds=START_SECONDS, environment={**secrets, VARIABLE: str(file)}
    )
    try:
        await asyncio.to_thread(stack.start)
        return await _talk(stack, fakes, questions)
    finally:
        await asyncio.to_thread(stack.stop)
        for fake in fakes.values():
            await fake.stop()


async def _talk(stack: Stack, fakes: Mapping[str, Any], questions: tuple[str, ...]) -> int:
    failed = 0
    customer = (await asyncio.to_thread(stack.customers))[0]
    async with httpx.AsyncClient(base_url=stack.url, timeout=SECONDS, trust_env=False) as http:
        for kind, fake in fakes.items():
            print(f"\n━━ {kind} · {urlsplit(stack.url).netloc}/hooks/{kind}")
            try:
                await Talk(kind, fake, http, customer).whole(questions)
            except (Silence, httpx.HTTPError) as problem:
                print(f"    ✗ {kind}: {problem}\n{stack.logs()}", file=sys.stderr)
                failed += 1
    print(f"\n{len(fakes) - failed} of {len(fakes)} channels went the whole way.")
    return failed


def _print(who: str, text: str) -> None:
    first, *rest = text.splitlines() or [""]
    print(f"  {NAMES[who]}  {first}")
    for line in rest:
        print(f"        {line}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--channel", action="append", choices=SHOWN)
    parser.add_argument("--question", action="append")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("NO_PROXY", LOOPBACK)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(asked.channel or SHOWN, tuple(asked.question or QUESTIONS), Path(folder)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
