"""Replies as messages: inside every limit, no character cut, no choice lost, every card in words."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.confirm_links import ConfirmLinks
from channels.messaging.cards import CARDS, CardLines
from channels.messaging.cut import characters, cut, size
from channels.messaging.numbers import Numbers
from channels.messaging.port import ChannelLimits, Quota
from channels.messaging.rendering import Rendering
from channels.replies import Choice, Reply
from channels.wording import Wording
from credit.cards import LimitCard
from credit.kernel.clock import ManualClock
from tests.browser.cards import every_card
from tests.channels.doubles import LIN, limit_lines, offer_card
from tests.channels.world import NOW

PUBLIC = "https://chat.example.com"
WORDING = Wording.load()
RENDERING = Rendering(WORDING, ConfirmLinks("only-for-tests-" + "j" * 32, ManualClock(NOW)), PUBLIC)
BLANKS = re.compile(r"\s+")

signs = st.one_of(
    st.sampled_from(
        ["额", "度", "。", "，", "！", "\n", " ", "a", "1", "👨‍👩‍👧", "👍🏽", "🇨🇳", "é", "e\u0301", "；", "…", "A.b"]
    ),
    st.characters(exclude_categories=["Cs"], max_codepoint=0x1FFFF),
)
texts = st.lists(signs, max_size=120).map("".join)
labels = st.lists(
    st.text("查额度账单期0123456789 ", min_size=1, max_size=40).filter(str.strip), max_size=25, unique=True
)
limits = st.builds(
    ChannelLimits,
    text_bytes=st.integers(200, 700),
    choices=st.sampled_from(["menu", "numbered", "buttons"]),
    most_choices=st.integers(1, 12),
    choice_bytes=st.integers(20, 128),
    text_bytes_with_choices=st.one_of(st.none(), st.integers(100, 200)),
    links=st.sampled_from(["text", "native"]),
    join=st.booleans(),
)


def packed(text: str) -> str:
    return BLANKS.sub("", text)


def replies_of(said: list[str], offered: list[str]) -> list[Reply]:
    replies = [Reply(text=text) for text in said]
    if replies:
        replies[-1] = Reply(text=replies[-1].text, choices=[Choice(label=label) for label in offered])
    return replies


@given(texts, st.integers(24, 90))
@settings(max_examples=400)
def test_pieces_are_small_enough_whole_and_in_order(text: str, most: int) -> None:
    pieces = cut(text, most)
    assert all(0 < size(piece) <= most for piece in pieces)
    assert packed("".join(pieces)) == packed(text)


@given(texts, st.integers(24, 90))
@example("额" * 11 + "👨‍👩‍👧；🏻", 24)  # a sentence's end with something on it
@settings(max_examples=400)
def test_no_character_is_cut(text: str, most: int) -> None:
    """A family of emoji, a flag, a letter with its accent stay whole while they fit."""
    wholes = [character.strip() for character in characters(text) if character.strip()]
    if any(size(whole) > most for whole in wholes):
        return
    found = [character for piece in cut(text, most) for character in characters(piece) if character.strip()]
    assert [packed(character) for character in found] == [packed(whole) for whole in wholes]


def test_a_text_is_cut_where_a_reader_would_pause() -> None:
    sentences = "您的额度是八千元。本期账单一千元，十号到期。还款请点下面的按钮！"
    assert cut(sentences, 60) == ["您的额度是八千元。", "本期账单一千元，十号到期。", "还款请点下面的按钮！"]
    assert cut("第一行\n第二行", 10) == ["第一行", "第二行"]
    assert cut("一二三四五，六七八九十", 20) == ["一二三四五，", "六七八九十"]


@given(st.lists(texts, min_size=1, max_size=4), labels, limits)
@settings(max_examples=200)
def test_no_message_is_over_its_bytes_and_no_choice_is_lost(
    said: list[str], offered: list[str], limits: ChannelLimits
) -> None:
    pieces = RENDERING.render(replies_of([*said, "选一个："], offered), limits)
    for piece in pieces:
        most = (limits.text_bytes_with_choices or limits.text_bytes) if piece.choices else limits.text_bytes
        assert size(piece.text) <= most
        assert piece.inline is None or size(piece.inline) <= limits.text_bytes
    shown = [piece for piece in pieces if piece.labels]
    assert [label for piece in shown for label in piece.labels] == list(dict.fromkeys(offered))
    if shown and shown[-1].choices:
        assert len(shown[-1].choices) <= limits.most_choices
        assert all(size(label) <= limits.choice_bytes for label in shown[-1].choices)
    elif shown:
        whole = packed("".join(piece.text for piece in pieces))
        assert all(packed(f"{nth}. {label}") in whole for nth, label in enumerate(shown[-1].labels, 1))


@pytest.mark.parametrize("join", [False, True])
def test_bubbles_are_one_message_where_messages_are_counted(join: bool) -> None:
    quota = None if join else Quota(5, NOW - NOW)
    said = [Reply(text="一。"), Reply(text="二。")]
    assert [piece.text for piece in RENDERING.render(said, ChannelLimits(2048, join=join, quota=quota))] == [
        "一。\n\n二。"
    ]
    assert len(RENDERING.render(said, ChannelLimits(2048, join=False))) == 2


KINDS = sorted(every_card(NOW))


@pytest.mark.parametrize("kind", KINDS)
def test_every_card_has_a_form_in_words(kind: str) -> None:
    card = CARDS.validate_python(every_card(NOW)[kind])
    lines = CardLines(WORDING)
    summary = lines.summary(card)
    assert summary.title
    text = "\n".join([summary.title, *(lines.line(row) for row in summary.rows)])
    assert "{" not in text
    assert "utter_" not in text
    if kind != "notice":
        assert summary.rows


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("choices", ["menu", "numbered"])
def test_every_card_fits_the_smallest_channel(kind: str, choices: Any) -> None:
    reply = Reply(text="这是结果。", card=every_card(NOW)[kind], choices=[Choice(label="查额度")])
    pieces = RENDERING.render([reply], ChannelLimits(680, choices=choices, text_bytes_with_choices=600), LIN)
    assert all(size(piece.text) <= 680 for piece in pieces)
    assert pieces[-1].labels == ("查额度",)


def test_an_offer_says_all_its_costs_and_its_address_stays_whole() -> None:
    card = offer_card(NOW).model_dump(mode="json")
    reply = Reply(text="方案做好了：5,000.00 元，一共要还 5,302.40 元。", card=card)
    pieces = RENDERING.render([reply], ChannelLimits(300), LIN)
    whole = "\n".join(piece.text for piece in pieces)
    for figure in ("5,000.00", "12 期", "等额本息", "0.03%", "10.95%", "11.517%", "302.40", "5,302.40", "0.045%"):
        assert figure in whole
    address = re.search(rf"^{PUBLIC}/confirm/[\w-]+$", whole, re.MULTILINE)
    assert address
    assert any(address[0] in piece.text for piece in pieces)
    assert [piece.offer_id is not None for piece in pieces] == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize("status", ["executed", "declined", "expired"])
def test_an_offer_that_is_over_has_no_link(status: str) -> None:
    card = offer_card(NOW, status=status).model_dump(mode="json")
    (piece,) = RENDERING.render([Reply(text="方案", card=card)], ChannelLimits(2048), LIN)
    assert "/confirm/" not in piece.text
    assert piece.offer_id is None


def test_links_are_buttons_where_there_are_buttons() -> None:
    card = offer_card(NOW).model_dump(mode="json")
    (piece,) = RENDERING.render([Reply(text="方案", card=card)], ChannelLimits(2048, links="native"), LIN)
    assert PUBLIC not in piece.text
    (link,) = piece.links
    assert link.url.startswith(PUBLIC)
    assert piece.inline is not None
    assert link.url in piece.inline


def test_what_the_text_says_is_not_said_again_by_the_card() -> None:
    card = LimitCard(lines=limit_lines()).model_dump(mode="json")
    said = "信用付可用 6,800.00 元，总额度 8,000.00 元。"
    (piece,) = RENDERING.render([Reply(text=said, card=card)], ChannelLimits(2048))
    assert piece.text.count("6,800.00") == 1
    assert "15,000.00" in piece.text


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────

NUMBERS = Numbers(WORDING)
LIST = ["查额度", "查账单", "转人工"]


@pytest.mark.parametrize("typed", ["2", "2.", "②", "第二个", "２", "2、", "(2)", "（2）", "⒉", " 2 ", "第2个", "2。"])
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert NUMBERS.chosen(typed, LIST) == "查账单"


@pytest.mark.parametrize(
    "typed", ["0", "4", "第四个", "22", "2万", "2期", "二", "2 3", "-2", "2.5", "", "第个", "查账单"]
)
def test_what_is_no_number_of_the_list_is_left_to_the_assistant(typed: str) -> None:
    assert NUMBERS.chosen(typed, LIST) is None


def test_without_a_list_a_number_is_a_number() -> None:
    assert NUMBERS.chosen("1", None) is None
    assert NUMBERS.chosen("1", []) is None


def test_a_figure_that_a_label_names_is_that_figure_unless_it_is_marked_as_a_number_of_the_list() -> None:
    terms = ["6 期", "3 期", "12 期"]
    assert NUMBERS.chosen("3", terms) is None  # the assistant reads three instalments, not the third line
    assert NUMBERS.chosen("12", terms) is None
    assert NUMBERS.chosen("1", terms) == "6 期"
    assert NUMBERS.chosen("3.", terms) == "12 期"
    assert NUMBERS.chosen("③", terms) == "12 期"


@given(st.integers(1, 25), st.sampled_from(["{}", "{}.", "{}、", "（{}）", "第{}个"]))
def test_every_line_of_a_long_list_can_be_picked(nth: int, shape: str) -> None:
    long = [f"第{letter}项" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥金木水"]
    assert NUMBERS.chosen(shape.format(nth), long) == long[nth - 1]


def test_circled_numbers_to_twenty_are_read() -> None:
    long = [f"项{letter}" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"]
    for nth in range(20):
        assert unicodedata.category(chr(0x2460 + nth)) == "No"
        assert NUMBERS.chosen(chr(0x2460 + nth), long) == long[nth]
