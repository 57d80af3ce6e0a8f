"""An app identity is nobody's until its owner has logged in, agreed, and sent the code back from that very identity."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.doubles import LIN, ZHAO
from tests.channels.messaging.apps import LINK, Apps

pytestmark = pytest.mark.anyio

PERSONAL = ["我的额度是多少", "这期账单多少", "林晓月", "查额度", "解除绑定", "我的绑定", "123456", "转人工"]


@pytest.mark.parametrize("said", PERSONAL)
async def test_whoever_is_not_bound_gets_an_invitation_and_nothing_else(apps: Apps, said: str) -> None:
    (shown,) = await apps.chat("alpha", "u1", said)
    assert LINK.search(shown)
    assert apps.assistant.asked == []
    other = (await apps.chat("alpha", "u2", said))[0]
    assert LINK.sub("", shown) == LINK.sub("", other)


async def test_after_login_consent_and_code_the_assistant_answers_from_the_account(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    assert await apps.chat("alpha", "u1", "我的额度是多少") == ["听到：我的额度是多少"]
    (asked,) = apps.assistant.asked
    assert asked.customer_id == LIN
    assert asked.thread.startswith("alpha-")


async def test_a_link_that_was_passed_on_binds_nobody(apps: Apps) -> None:
    """The victim opens the attacker's link and logs in; the code is seen by the victim only."""
    signed = await apps.link_for("alpha", "attacker")
    code = (await apps.begin(signed, LIN)).json()["code"]
    (shown,) = await apps.chat("alpha", "victim", code)  # their own identity: nothing awaits a code there
    assert LINK.search(shown)
    (shown,) = await apps.chat("alpha", "attacker", "我的额度是多少")
    assert LINK.search(shown)
    assert apps.assistant.asked == []


async def test_five_wrong_codes_end_it(apps: Apps) -> None:
    code = (await apps.begin(await apps.link_for("alpha", "u1"))).json()["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [(await apps.chat("alpha", "u1", wrong))[0] for _ in range(5)]
    assert [answer[:5] for answer in answers] == ["绑定码不对"] * 4 + ["这个绑定码"]
    assert LINK.search((await apps.chat("alpha", "u1", code))[0])


async def test_a_code_ends_after_ten_minutes(apps: Apps) -> None:
    code = (await apps.begin(await apps.link_for("alpha", "u1"))).json()["code"]
    apps.clock.advance(minutes=10)
    assert LINK.search((await apps.chat("alpha", "u1", code))[0])


async def test_a_link_works_once_and_looking_at_it_uses_nothing(apps: Apps) -> None:
    signed = await apps.link_for("alpha", "u1")
    for _ in range(3):
        assert (await apps.client.get(f"/bind/{signed}")).status_code == 200
        assert (await apps.client.post("/v1/bind-links/open", json={"signed": signed})).status_code == 200
    assert (await apps.begin(signed)).status_code == 200
    again = await apps.client.post("/v1/bind-links/open", json={"signed": signed})
    assert (again.status_code, again.json()["code"]) == (410, "bind_link_used")


async def test_of_two_who_use_a_link_at_once_one_gets_a_code(apps: Apps) -> None:
    signed = await apps.link_for("alpha", "u1")
    answers = await asyncio.gather(apps.begin(signed, LIN), apps.begin(signed, ZHAO), return_exceptions=True)
    statuses = [answer.status_code for answer in answers if not isinstance(answer, BaseException)]
    assert statuses.count(200) == 1


async def test_a_link_ends_after_half_an_hour_and_cannot_be_changed(apps: Apps) -> None:
    signed = await apps.link_for("alpha", "u1")
    for wrong in (signed[:-1] + ("A" if signed[-1] != "A" else "B"), "x" + signed[1:], signed + "A", "", "..", "长"):
        response = await apps.client.post("/v1/bind-links/open", json={"signed": wrong})
        assert (response.status_code, response.json()["code"]) == (404, "bind_link_invalid")
    apps.clock.advance(minutes=30)
    response = await apps.client.post("/v1/bind-links/open", json={"signed": signed})
    assert (response.status_code, response.json()["code"]) == (410, "bind_link_expired")


async def test_a_confirmation_link_is_no_binding_link_nor_the_other_way_round(apps: Apps) -> None:
    offer = apps.credit.put_offer(LIN)
    confirming = apps.app.state.gateway.links.sign(LIN, offer.id, offer.expires_at)
    response = await apps.client.post("/v1/bind-links/open", json={"signed": confirming})
    assert response.json()["code"] == "bind_link_invalid"
    response = await apps.client.post("/v1/confirm-links/open", json={"signed": await apps.link_for("alpha", "u1")})
    assert response.json()["code"] == "link_invalid"


async def test_without_login_or_with_other_words_agreed_to_there_is_no_code(apps: Apps) -> None:
    signed = await apps.link_for("alpha", "u1")
    body = {"signed": signed, "consent_version": "0" * 12}
    assert (await apps.client.post("/v1/bindings", json=body)).status_code == 401
    response = await apps.client.post("/v1/bindings", json=body, headers=apps.bearer())
    assert (response.status_code, response.json()["code"]) == (409, "bind_consent_outdated")
    assert (await apps.begin(signed)).status_code == 200  # the refused tries have not used the link up


async def test_a_token_for_one_offer_binds_nothing(apps: Apps) -> None:
    signed = await apps.link_for("alpha", "u1")
    offer = apps.credit.put_offer(LIN)
    token = apps.app.state.gateway.identity.issue(LIN, offer_id=offer.id)
    body = {"signed": signed, "consent_version": "0" * 12}
    response = await apps.client.post("/v1/bindings", json=body, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401


async def test_a_bound_identity_is_not_bound_again_to_another_customer(apps: Apps) -> None:
    early = await apps.link_for("alpha", "u1")
    await apps.bind("alpha", "u1", LIN)
    response = await apps.begin(early, ZHAO)
    assert (response.status_code, response.json()["code"]) == (409, "app_bound_already")
    await apps.chat("alpha", "u1", "还是我")
    assert apps.assistant.asked[-1].customer_id == LIN


async def test_unbinding_by_chat_asks_once_and_then_tells_nothing_more(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    (asked,) = await apps.chat("alpha", "u1", "解除绑定")
    assert "1. 确认解除绑定" in asked
    assert await apps.chat("alpha", "u1", "2") == ["好的，绑定没有变。"]
    await apps.chat("alpha", "u1", "解除绑定")
    (said,) = await apps.chat("alpha", "u1", "第一个")
    assert "已经解除绑定" in said
    assert LINK.search((await apps.chat("alpha", "u1", "我的额度是多少"))[0])
    assert apps.assistant.asked == []


async def test_the_confirmation_word_alone_unbinds_nobody(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    assert await apps.chat("alpha", "u1", "确认解除绑定") == ["听到：确认解除绑定"]
    await apps.chat("alpha", "u1", "解除绑定")
    await apps.chat("alpha", "u1", "等一下")
    assert await apps.chat("alpha", "u1", "确认解除绑定") == ["听到：确认解除绑定"]


async def test_leaving_ends_the_binding(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    await apps.chat("alpha", "u1", "", event="unfollow")
    assert LINK.search((await apps.chat("alpha", "u1", "我回来了"))[0])
    assert apps.assistant.asked == []


async def test_what_is_bound_can_be_listed_and_ended_in_chat_and_on_the_web(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    await apps.bind("beta", "u1")
    await apps.bind("alpha", "z1", ZHAO)
    (said,) = await apps.chat("beta", "u1", "我的绑定")
    assert said.count("绑定\n") == 2
    assert said.count("就是这里") == 1
    listed = (await apps.client.get("/v1/bindings", headers=apps.bearer())).json()["bindings"]
    assert len(listed) == 2
    address = f"/v1/bindings/{listed[0]['id']}/end"
    foreign = await apps.client.post(address, headers=apps.bearer(ZHAO))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "binding_not_found")
    left = await apps.client.post(address, headers=apps.bearer())
    assert [each["id"] for each in left.json()["bindings"]] == [listed[1]["id"]]
    assert (await apps.client.post(address, headers=apps.bearer())).status_code == 404
    assert LINK.search((await apps.chat("alpha", "u1", "你好"))[0])


async def test_a_binding_keeps_the_words_that_were_agreed_to_and_when(apps: Apps) -> None:
    from sqlalchemy import select

    from channels.messaging.tables import bindings

    await apps.bind("alpha", "u1")
    row = apps.rows(lambda session: session.execute(select(bindings)).one())
    assert "我同意" in row.consent_text
    assert len(row.consent_version) == 12
    assert row.bound_at == apps.clock.now()
    assert (row.customer_id, row.ended_at) == (LIN, None)


async def test_the_page_has_no_script_of_its_own_in_it_and_the_token_is_no_secret_of_an_address(apps: Apps) -> None:
    page = await apps.client.get("/bind/whatever")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.text.count("<script") == page.text.count("<script src=") == 1
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_who_unbinds_while_the_assistant_thinks_gets_no_answer_any_more(apps: Apps) -> None:
    await apps.bind("alpha", "u1")
    apps.assistant.gate = asyncio.Event()
    before = len(apps.fakes["alpha"].shown("u1"))
    await apps.fakes["alpha"].say("u1", "我的额度是多少")
    await apps.assistant.entered.wait()
    (bound,) = (await apps.client.get("/v1/bindings", headers=apps.bearer())).json()["bindings"]
    await apps.client.post(f"/v1/bindings/{bound['id']}/end", headers=apps.bearer())
    apps.assistant.gate.set()
    await apps.settle()
    assert apps.fakes["alpha"].shown("u1")[before:] == []
    assert apps.inbox_states()[-1] == "done"
