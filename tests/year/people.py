"""Who lives through the year, and what they make up their minds to do of a morning.

Everything is drawn from the seed, the day and the customer's number, and from what the customer sees; so a life can be
lived again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from credit.lines.service import CASHLOAN, PAYLATER
from credit.schedules.rules import Method
from tests.year.view import CustomerView, LoanView

Intent = dict[str, Any]
"""`who`, `do`, and what the doing needs; amounts are minor units, None is all of it. Plain enough for JSON."""

NAMESPACE = UUID("6f1c1f5e-6d2b-4d8e-9f57-8d2f0a9b7c11")


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody pays: in how many days after the due day, how often only the minimum, how often something else."""

    buys: float
    late_days: tuple[int, int]
    minimum_only: float
    borrows: float
    autopay: bool = False
    fickle: float = 0.02


HABITS = (
    Habit(buys=0.20, late_days=(-3, 0), minimum_only=0.0, borrows=0.002),
    Habit(buys=0.10, late_days=(-5, 0), minimum_only=0.1, borrows=0.004),
    Habit(buys=0.15, late_days=(0, 0), minimum_only=0.9, borrows=0.002),
    Habit(buys=0.12, late_days=(0, 1), minimum_only=0.5, borrows=0.006),
    Habit(buys=0.15, late_days=(0, 0), minimum_only=0.0, borrows=0.006, autopay=True),
    Habit(buys=0.08, late_days=(1, 20), minimum_only=0.3, borrows=0.006),
    Habit(buys=0.10, late_days=(5, 130), minimum_only=0.2, borrows=0.010),
    Habit(buys=0.30, late_days=(-8, 4), minimum_only=0.3, borrows=0.012, fickle=0.10),
)


def customer_id(seed: int, number: int) -> UUID:
    """The same in every life with this seed."""
    return uuid5(NAMESPACE, f"{seed}/{number}")


def habit_of(number: int) -> Habit:
    return HABITS[number % len(HABITS)]


def morning(seed: int, day: date, views: Sequence[CustomerView]) -> list[Intent]:
    """What all customers will do today, in order."""
    planned: list[Intent] = []
    for number, view in enumerate(views):
        dice = random.Random(f"{seed}/{day}/{number}")
        # Drawn anew for each bill, the same on every morning of it.
        mood = random.Random(f"{seed}/{view.due_on}/{number}")
        planned += [{"who": number, **intent} for intent in _day_of(dice, mood, habit_of(number), day, view)]
    return planned


def _day_of(dice: random.Random, mood: random.Random, habit: Habit, day: date, view: CustomerView) -> Iterator[Intent]:
    if dice.random() < habit.buys:
        # Now and then more than there is: the line must say no.
        most = view.free[PAYLATER] if dice.random() < 0.97 else 10_000_000
        yield {"do": "buy", "amount": dice.randint(1, max(1, min(most, 90_000)))}
    if view.purchases and dice.random() < 0.02:
        on, _purchase, left = dice.choice(view.purchases)
        yield {"do": "refund", "on": str(on), "amount": left if dice.random() < 0.5 else dice.randint(1, left)}
    if view.payable:
        yield from _bill(dice, mood, habit, day, view)
    for loan in view.loans:
        yield from _loan(dice, habit, day, loan)
    if dice.random() < habit.borrows and view.free.get(CASHLOAN, 0) >= 10_000:
        method, term = dice.choice(list(Method)), dice.choice((3, 6, 12))
        amount = dice.randint(1, min(80, view.free[CASHLOAN] // 10_000)) * 10_000
        yield {"do": "borrow", "amount": amount, "term": term, "method": str(method)}


def _bill(dice: random.Random, mood: random.Random, habit: Habit, day: date, view: CustomerView) -> Iterator[Intent]:
    assert view.due_on is not None
    if dice.random() < habit.fickle:
        chosen = dice.choice(("pay_bill", "pay_bill", "split", "bridge"))
        if chosen == "pay_bill":
            yield {"do": "pay_bill", "amount": dice.randint(1, view.payable)}
            return
        amount = dice.choice((view.payable if chosen == "bridge" else view.splittable, dice.randint(1, view.payable)))
        yield {"do": chosen, "amount": max(1, amount), "term": dice.choice((3, 6, 12))}
        return
    pays_on = view.due_on + timedelta(days=mood.randint(*habit.late_days))
    if day < pays_on or (day > pays_on and dice.random() > 0.3):
        return
    if view.minimum_left and dice.random() < habit.minimum_only:
        yield {"do": "pay_bill", "amount": view.minimum_left}
    elif view.minimum_left or dice.random() > habit.minimum_only:
        yield {"do": "pay_bill", "amount": None}


def _loan(dice: random.Random, habit: Habit, day: date, loan: LoanView) -> Iterator[Intent]:
    opened = str(loan.opened_on)
    if dice.random() < habit.fickle / 8 and loan.payoff:
        some = None if dice.random() < 0.4 else dice.randint(1, loan.payoff)
        yield {"do": "pay_loan", "opened": opened, "amount": some}
        return
    if loan.missed_since is None or habit.autopay:
        return
    late = max(0, dice.randint(*habit.late_days))
    if (day - loan.missed_since).days >= late:
        yield {"do": "pay_loan", "opened": opened, "amount": min(loan.due, loan.payoff)}
