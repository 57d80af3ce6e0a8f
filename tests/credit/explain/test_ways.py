"""What if: prices told against what then happens, and no new debt for whom it would be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from uuid import UUID

import pytest

from credit.explain.findings import Code, codes
from credit.explain.ways import PrepayFact, WayFact, WhatIfFacts, what_if_findings
from credit.kernel.money import ZERO, Money
from tests.credit.world import World, minor

NOW = WayFact("pay_now", Money(900), ZERO, 0, ZERO, 0, 0)
MINIMUM = WayFact("pay_minimum", Money(90), Money(820), 1, Money(10), 109_500, 115_000)
SPLIT = WayFact("installment", ZERO, Money(160), 6, Money(27), 102_000, 107_000)
BORROWED = WayFact("borrow", ZERO, Money(155), 6, Money(25), 102_000, 107_000)
PREPAY = PrepayFact(UUID(int=1), date(2026, 9, 1), Money(5_000), Money(4_100), Money(90), 100_000, 105_000)
ALL = (SPLIT, BORROWED, MINIMUM, NOW)


def test_the_cheapest_way_comes_first_and_borrowing_only_when_asked_for() -> None:
    told = what_if_findings(WhatIfFacts(ways=ALL, prepay=(PREPAY,)))
    assert codes(told) == [Code.IF_PAY_NOW, Code.IF_MINIMUM, Code.IF_SPLIT, Code.IF_PREPAID]
    asked = what_if_findings(WhatIfFacts(ways=ALL, asked_to_borrow=True))
    assert codes(asked) == [Code.IF_PAY_NOW, Code.IF_MINIMUM, Code.IF_BORROW, Code.IF_SPLIT]


@pytest.mark.parametrize(("late", "hardship"), [(True, False), (False, True), (True, True)])
def test_nobody_late_or_in_hardship_is_told_of_new_debt(late: bool, hardship: bool) -> None:
    facts = WhatIfFacts(is_late=late, in_hardship=hardship, asked_to_borrow=True, ways=ALL)
    assert codes(what_if_findings(facts)) == [Code.IF_PAY_NOW, Code.IF_MINIMUM]


def test_borrowing_is_never_told_unasked_whatever_the_rest() -> None:
    for late, hardship in product((True, False), repeat=2):
        told = what_if_findings(WhatIfFacts(is_late=late, in_hardship=hardship, ways=ALL))
        assert Code.IF_BORROW not in codes(told)


def test_a_loan_that_saves_nothing_is_not_told_and_without_debts_that_is_said() -> None:
    assert codes(what_if_findings(WhatIfFacts(prepay=(replace(PREPAY, saved=ZERO),)))) == [Code.IF_NOTHING_OWED]


def test_every_price_has_both_yearly_costs() -> None:
    for finding in what_if_findings(WhatIfFacts(ways=ALL, prepay=(PREPAY,), asked_to_borrow=True)):
        assert {"simple_ppm", "compound_ppm"} <= set(finding.evidence)


# ── against the ledger ──────────────────────────────────────────────────────────────────────────────────────


def test_repaying_a_loan_early_saves_what_is_told(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6)
    world.go_to(date(2026, 11, 15))
    (told,) = what_if_findings(world.app.what_if_facts(customer))
    planned = sum(row.interest_minor for row in world.rows(loan))
    paid = world.pay_loan(customer, loan, None)
    assert told.money("payoff").minor == paid.amount.minor
    assert told.money("saved").minor == planned - (paid.amount.minor - minor("6000.00")) > 0


def test_paying_the_minimum_costs_what_is_told(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(date(2026, 11, 10))
    told = {each.code: each for each in what_if_findings(world.app.what_if_facts(customer))}
    minimum = told[Code.IF_MINIMUM]
    world.pay_bill(customer, minimum.money("today").yuan().replace(",", ""))
    world.go_to(date(2026, 12, 1))
    interest_on_bill = world.statements(customer)[-1].interest_minor
    world.go_to(date(2026, 12, 10))
    owed = world.paylater_owed(customer)
    assert minimum.money("cost").minor == interest_on_bill + owed["accrued"]


def test_somebody_overdue_gets_neither_a_split_nor_a_loan_for_the_bill(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(date(2026, 11, 15))
    told = codes(what_if_findings(world.app.what_if_facts(customer, asked_to_borrow=True)))
    assert {Code.IF_SPLIT, Code.IF_BORROW} & set(told) == set()
