"""The page and its plots, from figures that are made up: everything shown, well formed, nothing from outside."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from credit.monitoring import plots, report, tables
from credit.monitoring.book import MonthEnd, Roll, Vintage
from credit.monitoring.counting import AlertFigures, Funnel
from credit.monitoring.figures import Figures
from credit.monitoring.orders import Orders
from credit.monitoring.performance import Measured
from credit.monitoring.plots import Series
from credit.monitoring.policy import Outcome
from credit.monitoring.stability import Population, Reference, shifts
from credit.monitoring.statistics import CalibrationBand, Discrimination
from tests.credit.monitoring import card
from tests.credit.monitoring.conftest import Watch, sign

VOID = {"meta", "br", "rect", "circle", "line", "polyline"}


class Balance(HTMLParser):
    """Notes tags that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture
def made_up(watching: Watch) -> Figures:
    orders: Orders = watching(late=sign("days_late", from_day=3))
    days = [date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)]
    ends = [
        MonthEnd(
            day, (90, 6, 2, 1, 1, 0, 0, 0), (9_000_000_00, 600_000_00, 200_000_00, 100_000_00, 100_000_00, 0, 0, 0)
        )
        for day in days
    ]
    moved = tuple(tuple(9 if row == column else 1 for column in range(8)) for row in range(8))
    rolled = [Roll(a, b, moved, (0.015, 0.45, None, 0.7, None, None, None)) for a, b in pairwise(days)]
    ever = dict.fromkeys(orders.policy.portfolio.vintage_days, (0.0, 0.01, 0.05))
    people = []
    for month in (10, 11):
        scored = Population(date(2026, month, 1))
        scored.scores.update({500 + month * 10: 40, 700: 160})
        scored.bins["lateness_now"].update({"< 1": 190 - month, "1 … 2": month})
        people.append(scored)
    rule = Outcome(late_days=5, horizon_days=35)
    bands = tuple(CalibrationBand(100, nth, nth / 90, nth / 100) for nth in range(10))
    measured = Discrimination(900, 100, 0.78, 0.75, 0.81, 0.43)
    return Figures(
        day=days[-1],
        orders=orders,
        ends=ends,
        rolls=rolled,
        vintages=[Vintage(product, days[0], 50, ever) for product in ("cashloan", "paylater")],
        populations=people,
        reference=Reference.of(card.content()),
        shifts=shifts(people[1], people[0], Reference.of(card.content()), orders.policy.stability),
        performance=[
            Measured("soon", rule, None, 900, 100, measured, bands),
            *(Measured("soon", rule, date(2026, month, 1), 450, 50, measured, bands) for month in (9, 10)),
            Measured("later", rule, None, 10, 1, None, ()),
        ],
        funnels=[Funnel("raise", "cashloan", Counter(approved=3, refused=1), Counter(cooling=1))],
        alerts=[AlertFigures("late<&>", "severe", 3, 1, 2, {"hold": 2, "freeze": 1, "cut": 1})],
    )


def test_the_page_is_well_formed_and_holds_every_figure(made_up: Figures) -> None:
    page = report.html(made_up, "Lender & <Sons>")
    found = Balance()
    found.feed(page)
    assert (found.open, found.wrong) == ([], [])
    for shown in ("9,000,000.00", "45.00%", "MOB2", "0.780", "0.750–0.810", "0.430", "not enough outcomes", "cooling"):
        assert shown in page, shown
    assert "Lender &amp; &lt;Sons&gt;" in page
    assert "late&lt;&amp;&gt;" in page
    assert "<Sons>" not in page


def test_every_plot_is_an_image_of_its_own(made_up: Figures) -> None:
    drawn = re.findall(r"<svg.*?</svg>", report.html(made_up, "Lender"), re.DOTALL)
    assert len(drawn) == 9
    for image in drawn:
        root = ET.fromstring(image)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]
        numbers = [
            float(one) for item in root.iter() for key, one in item.attrib.items() if key in {"x", "y", "cx", "cy"}
        ]
        assert all(-1 <= number <= plots.WIDTH for number in numbers)


def test_gaps_break_a_line_and_nothing_is_drawn_for_them() -> None:
    drawn = plots.lines("t", ["a", "b", "c", "d"], [Series("s", [0.1, None, 0.2, 0.3])])
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 3
    assert "<rect" not in plots.bars("t", ["a"], [Series("s", [None])])


def test_tables_say_where_there_is_nothing(made_up: Figures) -> None:
    bare = Figures(
        made_up.day, made_up.orders, made_up.ends[-1:], [], [], [], made_up.reference, [], [], [], []
    )  # fmt: skip
    page = report.html(bare, "Lender")
    for sentence in ("nobody has a score yet.", "nobody has asked yet.", "no rule has seen anything."):
        assert sentence in page
    assert tables.buckets(bare).rows[-1] == ["All", "100", "10,000,000.00", "100.00%"]
