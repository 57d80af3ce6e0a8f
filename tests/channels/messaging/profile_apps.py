"""Feishu, DingTalk (calls and Stream) and Alipay in the replay matrix."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.crypto import rsa2
from channels.crypto.wechat_family import aes_key_of, padded, signature_of
from credit.kernel.clock import Clock
from tests.channels.messaging.matrix import HOOK, USER, Call, Profile, Rig, Signed
from tools.fakes import alipay, dingtalk, feishu

OLD = "the-one-before-" + "o" * 28
FOREIGN = "somebody-elses-" + "f" * 28
NO_DESK = "the platform's own desk is not used here: staff answer in ours"
NO_PULL = "messages are brought to us, nothing is fetched"
NO_SESSION_WEBHOOK = "only DingTalk's Stream frames have session webhooks that count"
NO_QUOTA = "no quota after a message; too many in a time are a rate, as in case 18"
ONE_FORM = "the platform has one form only"
NO_XML = "the platform speaks JSON"
NOT_POSTED = "nothing is posted to us: the connection is ours, over TLS, with a single-use ticket"


class FeishuProfile(Profile):
    name = "feishu"
    not_applicable: ClassVar[Mapping[int, str]] = {
        13: NO_XML, 16: NO_QUOTA, 20: NO_DESK, 21: NO_PULL, 22: NO_SESSION_WEBHOOK, 24: ONE_FORM,
    }  # fmt: skip

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> feishu.Fake:
        fake = feishu.Fake(HOOK, clock=clock, http=http)
        fake._server.address = "platform"
        return fake

    def platform(self, fake: feishu.Fake) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(fake._server._app)

    def settings(self, fake: feishu.Fake) -> dict[str, Any]:
        return {**fake.settings(), "encrypt_key": {"current": fake.encrypt_key, "previous": OLD}}

    def url_check(self, fake: feishu.Fake, *, signed: Signed = "current") -> Call:
        token = FOREIGN if signed == "foreign" else fake.verification_token
        return Call(fake.sealed({"type": "url_verification", "token": token, "challenge": "c4a1"}))

    def url_check_passed(self, response: httpx.Response) -> bool:
        return response.status_code == 200 and bool(response.json() == {"challenge": "c4a1"})

    def message(
        self,
        fake: feishu.Fake,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        event = fake.message(user, text, **({"app_id": "cli_another"} if foreign_app else {}))
        if message_id:
            event["event"]["message"]["message_id"] = message_id
        key = {"current": fake.encrypt_key, "previous": OLD, "foreign": FOREIGN}[signed]
        body = fake.sealed(event, key=key)
        return Call(body, headers=fake.headers(body, key=key, age=age))

    def flipped(self, call: Call) -> Call:
        sign = call.headers["x-lark-signature"]
        return replace(call, headers={**call.headers, "x-lark-signature": f"{int(sign[0], 16) ^ 1:x}{sign[1:]}"})

    def broken(self, fake: feishu.Fake) -> dict[str, Call]:
        whole = base64.b64decode(json.loads(fake.sealed(fake.message(USER, "x")))["encrypt"])
        ciphertexts = {
            "not a multiple of 16": base64.b64encode(whole[:-1]).decode(),
            "bad base64": "not base64!",
            "pad wrong": base64.b64encode(whole[:-16]).decode(),
            "start only": base64.b64encode(whole[:16]).decode(),
        }
        bodies = {name: json.dumps({"encrypt": encrypt}).encode() for name, encrypt in ciphertexts.items()}
        return {name: Call(body, headers=fake.headers(body)) for name, body in bodies.items()}

    def unknown_type(self, fake: feishu.Fake, user: str) -> Call:
        return self._signed(fake, fake.sealed(fake.message(user, "", message_type="something_new")))

    def plain(self, fake: feishu.Fake, user: str) -> Call:
        return self._signed(fake, json.dumps(fake.message(user, "x")).encode())

    def _signed(self, fake: feishu.Fake, body: bytes) -> Call:
        return Call(body, headers=fake.headers(body))

    def invites(self, fake: feishu.Fake, user: str, said: str) -> bool:
        """Links are buttons here."""
        return any("/bind/" in address for address in fake.links(user).values())

    async def leave(self, fake: feishu.Fake, user: str) -> None:
        await fake.leave(user)

    def tokens_fetched(self, fake: feishu.Fake) -> int:
        return len(_real(fake.tokens))

    def secrets(self, fake: feishu.Fake) -> list[str]:
        return [fake.app_secret, fake.encrypt_key, OLD, fake.verification_token, *_real(fake.tokens)]


class DingTalkProfile(Profile):
    """HTTP mode. What is encrypted here is the event push."""

    name = "dingtalk_http"
    too_old = 3601
    not_applicable: ClassVar[Mapping[int, str]] = {
        13: NO_XML, 16: NO_QUOTA, 20: NO_DESK, 21: NO_PULL, 22: NO_SESSION_WEBHOOK, 24: ONE_FORM,
    }  # fmt: skip

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> dingtalk.Fake:
        fake = dingtalk.Fake(HOOK, mode="http", clock=clock, http=http)
        fake._server.address = "platform"
        return fake

    def platform(self, fake: dingtalk.Fake) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(fake._server._app)

    def settings(self, fake: dingtalk.Fake) -> dict[str, Any]:
        return {**fake.settings(), "client_secret": {"current": fake.client_secret, "previous": OLD}}

    def url_check(self, fake: dingtalk.Fake, *, signed: Signed = "current") -> Call:
        body, query = fake.sealed({"EventType": "check_url"})
        return Call(body, query if signed != "foreign" else {**query, "signature": "0" * 40})

    def url_check_passed(self, response: httpx.Response) -> bool:
        return response.status_code == 200 and {"msg_signature", "timeStamp", "nonce", "encrypt"} <= set(
            response.json()
        )

    def message(
        self,
        fake: dingtalk.Fake,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        message = fake.message(user, text, **self._changes(message_id, foreign_app))
        secret = {"current": fake.client_secret, "previous": OLD, "foreign": FOREIGN}[signed]
        return Call(json.dumps(message).encode(), headers=fake.headers(age=age, secret=secret))

    def _changes(self, message_id: str, foreign_app: bool) -> dict[str, str]:
        return {
            **({"msgId": message_id} if message_id else {}),
            **({"robotCode": "another"} if foreign_app else {}),
        }

    def flipped(self, call: Call) -> Call:
        sign = bytearray(base64.b64decode(call.headers["sign"]))
        sign[0] ^= 1
        return replace(call, headers={**call.headers, "sign": base64.b64encode(bytes(sign)).decode()})

    def broken(self, fake: dingtalk.Fake) -> dict[str, Call]:
        start, key = bytes(16), fake.client_id.encode()
        plain = {
            "pad 0": start + bytes(16),
            "pad 33": bytes(31) + b"\x21" * 33,
            "length over the end": padded(start + (2**31).to_bytes(4) + b"hello" + key),
            "another receiver": padded(start + (2).to_bytes(4) + b"{}" + b"another"),
        }
        ciphertexts = {name: self._encrypted(fake, content) for name, content in plain.items()}
        ciphertexts["not a multiple of 16"] = base64.b64encode(bytes(33)).decode()
        ciphertexts["bad base64"] = "not base64!"
        return {name: self._pushed(fake, encrypt) for name, encrypt in ciphertexts.items()}

    def _encrypted(self, fake: dingtalk.Fake, plain: bytes) -> str:
        key = aes_key_of(fake.event_aes_key)
        encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def _pushed(self, fake: dingtalk.Fake, encrypt: str) -> Call:
        timestamp, nonce = str(int(fake.clock.now().timestamp() * 1000)), "n0nce"
        signature = signature_of(fake.event_token, timestamp, nonce, encrypt)
        query = {"signature": signature, "timestamp": timestamp, "nonce": nonce}
        return Call(json.dumps({"encrypt": encrypt}).encode(), query)

    def unknown_type(self, fake: dingtalk.Fake, user: str) -> Call:
        return Call(json.dumps(fake.message(user, "", msgtype="something_new")).encode(), headers=fake.headers())

    def plain(self, fake: dingtalk.Fake, user: str) -> Call:
        _, query = fake.sealed({})
        return Call(json.dumps({"EventType": "user_leave_org", "UserId": [user]}).encode(), query)

    async def leave(self, fake: dingtalk.Fake, user: str) -> None:
        await fake.leave(user)

    def tokens_fetched(self, fake: dingtalk.Fake) -> int:
        return len(_real(fake.tokens))

    def secrets(self, fake: dingtalk.Fake) -> list[str]:
        events = [fake.event_token, fake.event_aes_key]
        return [fake.client_secret, OLD, *events, *_real(fake.tokens), *fake._webhooks, *fake.tickets]


class DingTalkStreamProfile(DingTalkProfile):
    """Stream mode, over a real connection. Messages are a group's, so that answers need the robot API and its token."""

    name = "dingtalk"
    not_applicable: ClassVar[Mapping[int, str]] = {
        **dict.fromkeys((1, 2, 3, 4, 7, 8, 23), NOT_POSTED),
        **{number: reason for number, reason in DingTalkProfile.not_applicable.items() if number != 22},
    }
    FRAME: ClassVar[Mapping[str, str]] = {"x-frame": "yes"}

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> dingtalk.Fake:
        fake = dingtalk.Fake(HOOK, clock=clock, http=http)
        fake._server.bind()
        return fake

    def platform(self, fake: dingtalk.Fake) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(trust_env=False)

    async def deliver(self, rig: Rig, call: Call) -> httpx.Response:
        """Frames over the line; everything else is somebody who posts."""
        if not rig.fake.is_started:
            await rig.fake.start()
        if call.headers != self.FRAME:
            return await super().deliver(rig, call)
        ack = await rig.fake.push(json.loads(call.body))
        return httpx.Response(200 if ack["code"] == 200 else 403)

    async def quiet(self, rig: Rig) -> None:
        """A frame that is acknowledged is stored."""

    async def close(self, fake: dingtalk.Fake) -> None:
        await fake.stop()

    def message(self, fake: dingtalk.Fake, user: str, text: str, **how: Any) -> Call:
        if how.get("signed") == "foreign":
            return super().message(fake, user, text, **how)
        changes = self._changes(how.get("message_id", ""), how.get("foreign_app", False))
        return self._framed(fake, fake.message(user, text, group=True, **changes))

    def unknown_type(self, fake: dingtalk.Fake, user: str) -> Call:
        return self._framed(fake, fake.message(user, "", msgtype="something_new", group=True))

    def _framed(self, fake: dingtalk.Fake, message: dict[str, Any]) -> Call:
        return Call(json.dumps(fake.robot_frame(message)).encode(), headers=self.FRAME)

    async def session_webhooks(self, rig: Rig) -> None:
        """Used while it is good; when it is over, ended early or foreign, the robot API is, and nothing else is called."""
        fake: dingtalk.Fake = rig.fake
        ways = []
        for changes in (
            {},
            {"sessionWebhookExpiredTime": 1_000_000_000_000},
            {"sessionWebhook": f"http://{fake._server.address}/robot/sendBySession?session=ended"},
            {"sessionWebhook": "https://evil.example/robot/sendBySession"},
            {"sessionWebhook": "http://127.0.0.1:1/"},
        ):
            before = (fake.by_webhook, fake.by_api)
            await rig.take(self._framed(fake, fake.message(USER, "x", **changes)))
            ways.append((fake.by_webhook - before[0], fake.by_api - before[1]))
        assert ways == [(1, 0), (0, 1), (0, 1), (0, 1), (0, 1)]
        assert set(rig.outbox_states()) == {"sent"}


class AlipayProfile(Profile):
    name = "alipay"
    too_old = 3601
    not_applicable: ClassVar[Mapping[int, str]] = {
        7: "forms are signed, not encrypted",
        15: "there is no access token: each call is signed",
        16: "the platform counts a hundred a day; no code of a spent quota is documented",
        20: NO_DESK,
        21: NO_PULL,
        22: NO_SESSION_WEBHOOK,
    }

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> alipay.Fake:
        fake = alipay.Fake(HOOK, charset="UTF-8", clock=clock, http=http)
        fake._server.address = "platform"
        return fake

    def platform(self, fake: alipay.Fake) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(fake._server._app)

    def settings(self, fake: alipay.Fake) -> dict[str, Any]:
        keys = {
            name: rsa2.bare(alipay.key(made).public_key())
            for name, made in (("current", "platform"), ("previous", "old"))
        }
        return {**fake.settings(), "alipay_public_key": keys}

    def is_refused(self, response: httpx.Response) -> bool:
        """The console's check wants a signed no."""
        return super().is_refused(response) or b"<error_code>VERIFY_FAILED</error_code>" in response.content

    def url_check(self, fake: alipay.Fake, *, signed: Signed = "current") -> Call:
        content = fake.event("", "verifygw")
        return Call(fake.form(content, key=self._key(signed), service="alipay.service.check"))

    def url_check_passed(self, response: httpx.Response) -> bool:
        return response.status_code == 200 and b"<success>true</success>" in response.content

    def message(
        self,
        fake: alipay.Fake,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        fake.notes(user, "text")
        parts = {
            **({"MsgId": message_id} if message_id else {}),
            **({"AppId": "1"} if foreign_app else {}),
            **({"CreateTime": str(int((fake.clock.now().timestamp() - age) * 1000))} if age else {}),
        }
        return Call(fake.form(fake.message(user, text, **parts), key=self._key(signed)))

    def _key(self, signed: Signed) -> Any:
        return alipay.key({"current": "platform", "previous": "old", "foreign": "stranger"}[signed])

    def flipped(self, call: Call) -> Call:
        fields = dict(parse_qsl(call.body.decode()))
        sign = bytearray(base64.b64decode(fields["sign"]))
        sign[0] ^= 1
        return Call(urlencode({**fields, "sign": base64.b64encode(bytes(sign)).decode()}).encode())

    def unknown_type(self, fake: alipay.Fake, user: str) -> Call:
        fake.notes(user, "text")
        return Call(fake.form(fake.message(user, "x", MsgType="something_new")))

    def bomb(self, fake: alipay.Fake) -> Call:
        entities = "".join(f'<!ENTITY a{nth} "{f"&a{nth - 1};" * 10}">' for nth in range(1, 10))
        kind = f'<!DOCTYPE XML [<!ENTITY a0 "ha">{entities}]>'
        return Call(fake.form(f"{kind}<XML><FromAlipayUserId>u</FromAlipayUserId><Text>&a9;</Text></XML>"))

    def plain(self, fake: alipay.Fake, user: str) -> Call:
        """Nothing is encrypted here; what is plain is a form without its signature."""
        fields = dict(parse_qsl(fake.form(fake.message(user, "x")).decode()))
        return Call(urlencode({name: value for name, value in fields.items() if name != "sign"}).encode())

    def forms(self, fake: alipay.Fake, user: str) -> Sequence[Call]:
        fake.notes(user, "text")
        content = fake.message(user, "x")
        return [Call(fake.form(content, charset=charset)) for charset in ("UTF-8", "GBK", "gb18030")]

    async def leave(self, fake: alipay.Fake, user: str) -> None:
        await fake.do(user, "unfollow")

    def secrets(self, fake: alipay.Fake) -> list[str]:
        lines = str(fake.settings()["app_private_key"]).splitlines()
        return [line for line in lines if line and "-----" not in line]


PROFILES: Sequence[Profile] = (FeishuProfile(), DingTalkProfile(), DingTalkStreamProfile(), AlipayProfile())


def _real(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if token != "killed"]
