"""The WeChat family in the replay matrix."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.crypto.wechat_family import WeChatCrypto, aes_key_of, signature_of
from credit.kernel.clock import Clock
from tests.channels.messaging.matrix import HOOK, Call, Profile, Signed
from tools.fakes import wechat_oa, wecom_app, wecom_kf
from tools.fakes.wechat_family import Family, Push, Secrets, written

ECHO = "4375120948345356249"
NO_DESK = "the platform's own desk is not used here: staff answer in ours"
NO_PULL = "messages come in the webhook, nothing is fetched"
NO_SESSION_WEBHOOK = "only DingTalk has session webhooks"
ONE_FORM = "the platform has one form only"


class FamilyProfile(Profile):
    """What the three have in common. The platform is called `platform` in this test's network."""

    module: ClassVar[Any]

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> Any:
        fake = self.module.Fake(HOOK, clock=clock, http=http)
        fake._server.address = "platform"
        return fake

    def platform(self, fake: Family) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(fake._server._app)

    def url_check(self, fake: Any, *, signed: Signed = "current") -> Call:
        return Call(query=fake.url_check(ECHO, crypto=_crypto(fake, signed)), method="GET")

    def url_check_passed(self, response: httpx.Response) -> bool:
        return response.status_code == 200 and response.content == ECHO.encode()

    def message(
        self,
        fake: Any,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        fields = fake.message(user, text)
        if message_id:
            fields["MsgId"] = int(message_id)
        return _call(fake.seal(written(fields, "xml"), crypto=_crypto(fake, signed, foreign_app), age=age))

    def flipped(self, call: Call) -> Call:
        signature = call.query["msg_signature"]
        return Call(call.body, {**call.query, "msg_signature": f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"})

    def broken(self, fake: Family) -> dict[str, Call]:
        start = bytes(16)
        plain = {
            "pad 0": start + bytes(16),
            "pad 33": bytes(31) + b"\x21" * 33,
            "length over the end": _padded(start + (2**31).to_bytes(4) + b"hello" + fake.receive_id.encode()),
        }
        ciphertexts = {name: _encrypted(fake, content) for name, content in plain.items()}
        ciphertexts["not a multiple of 16"] = base64.b64encode(bytes(33)).decode()
        ciphertexts["bad base64"] = "not base64!"
        return {name: _call(_signed(fake, encrypt)) for name, encrypt in ciphertexts.items()}

    def unknown_type(self, fake: Any, user: str) -> Call:
        return _call(fake.seal(written(fake.other(user, "something_new"), "xml")))

    def bomb(self, fake: Family) -> Call:
        entities = "".join(f'<!ENTITY a{nth} "{f"&a{nth - 1};" * 10}">' for nth in range(1, 10))
        kind = f'<!DOCTYPE xml [<!ENTITY a0 "ha">{entities}]>'
        return _call(fake.seal(f"{kind}<xml><FromUserName>u</FromUserName><Content>&a9;</Content></xml>"))

    def plain(self, fake: Any, user: str) -> Call:
        sealed = fake.seal("x")
        timestamp, nonce = sealed.query["timestamp"], sealed.query["nonce"]
        signature = signature_of(fake.secrets.token, timestamp, nonce)
        query = {"timestamp": timestamp, "nonce": nonce, "signature": signature, "msg_signature": signature}
        return Call(written(fake.message(user, "x"), "xml").encode(), query)

    async def leave(self, fake: Any, user: str) -> None:
        await fake.leave(user)

    def tokens_fetched(self, fake: Family) -> int:
        return len([token for token in fake.access_tokens if token != "killed"])

    def secrets(self, fake: Family) -> list[str]:
        known = [fake.app_secret]
        for pair in (fake.secrets, fake.old_secrets):
            known += [pair.token, pair.aes_key]
        return known + [token for token in fake.access_tokens if token != "killed"]


class OfficialAccountProfile(FamilyProfile):
    name = "wechat_oa"
    module = wechat_oa
    not_applicable: ClassVar[Mapping[int, str]] = {20: NO_DESK, 21: NO_PULL, 22: NO_SESSION_WEBHOOK}

    def url_check(self, fake: wechat_oa.Fake, *, signed: Signed = "current") -> Call:
        return Call(query=fake.url_check(ECHO, token="guessed" if signed == "foreign" else ""), method="GET")

    def message(self, fake: wechat_oa.Fake, user: str, text: str, **how: Any) -> Call:
        fake.open_window(user)
        return super().message(fake, user, text, **how)

    def absorb(self, fake: wechat_oa.Fake, user: str, response: httpx.Response) -> None:
        if response.status_code != 200 or response.content == ECHO.encode():
            return
        pairs = (fake.secrets, fake.old_secrets)
        try:
            told = [fake.read_answer(response) for fake.secrets in pairs]  # the answer comes with those of the question
        finally:
            fake.secrets = pairs[0]
        shown = next((text for text in told if text is not None), wechat_oa.OUT_OF_SERVICE)
        if shown:
            fake.show(user, shown)

    def forms(self, fake: wechat_oa.Fake, user: str) -> Sequence[Call]:
        fake.open_window(user)
        fields = fake.message(user, "x")
        return [
            _call(fake.seal(written(fields, "xml"), form="xml")),
            _call(fake.seal(written(fields, "json"), form="json")),
            _call(fake.seal(written(fields, "xml"), form="json")),
        ]


class WeComAppProfile(FamilyProfile):
    name = "wecom_app"
    module = wecom_app
    not_applicable: ClassVar[Mapping[int, str]] = {
        16: "no quota after a message; too many in a minute are a rate, as in case 18",
        20: NO_DESK,
        21: NO_PULL,
        22: NO_SESSION_WEBHOOK,
        24: ONE_FORM,
    }


class CustomerServiceProfile(FamilyProfile):
    """The message is in the platform's list; what is posted only says so."""

    name = "wecom_kf"
    module = wecom_kf
    not_applicable: ClassVar[Mapping[int, str]] = {
        19: "customers open and leave a chat; there is nothing to unsubscribe from",
        22: NO_SESSION_WEBHOOK,
        24: ONE_FORM,
    }

    def message(
        self,
        fake: wecom_kf.Fake,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        right = signed != "foreign" and not foreign_app and not age
        if right and message_id not in {entry["msgid"] for entry in fake.log}:
            fake.write(user, text, msgid=message_id)
        return _call(fake.callback(crypto=_crypto(fake, signed, foreign_app), age=age))

    def unknown_type(self, fake: wecom_kf.Fake, user: str) -> Call:
        fake.other(user, "something_new")
        return _call(fake.callback())

    def plain(self, fake: wecom_kf.Fake, user: str) -> Call:
        event = f"<xml><Event>kf_msg_or_event</Event><OpenKfId>{fake.account}</OpenKfId></xml>"
        return Call(event.encode(), fake.callback().query)


PROFILES: Sequence[Profile] = (OfficialAccountProfile(), WeComAppProfile(), CustomerServiceProfile())


def _crypto(fake: Family, signed: Signed, foreign_app: bool = False) -> WeChatCrypto:
    if foreign_app:
        return WeChatCrypto("wx-another-app", [fake.secrets.token], [fake.secrets.aes_key])
    pairs = {"current": fake.secrets, "previous": fake.old_secrets, "foreign": Secrets(fake.receive_id)}
    return pairs[signed].crypto


def _call(push: Push) -> Call:
    return Call(push.body, push.query)


def _signed(fake: Family, encrypt: str) -> Push:
    timestamp, nonce = str(int(fake.clock.now().timestamp())), "n0nce"
    return fake.wrap(encrypt, signature_of(fake.secrets.token, timestamp, nonce, encrypt), timestamp, nonce)


def _padded(plain: bytes) -> bytes:
    count = 32 - len(plain) % 32
    return plain + bytes([count]) * count


def _encrypted(fake: Family, plain: bytes) -> str:
    key = aes_key_of(fake.secrets.aes_key)
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
