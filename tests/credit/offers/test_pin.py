"""The payment PIN: counted before it is looked at, locked after so many, opened again by the clock."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest

from credit.cards import OfferCard
from credit.customers import service as customers
from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.world import World

WRONG = "654321"


def offered(world: World) -> tuple[UUID, OfferCard]:
    customer = world.borrower()
    return customer, world.propose(customer, "borrow", "5000.00", term=12)


def wrong(world: World, customer: UUID, offer: OfferCard, pin: str = WRONG) -> CreditError:
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.confirm(customer, offer, pin)
    assert world.everything() == before
    return refusal.value


def test_each_wrong_pin_says_how_many_are_left_and_the_last_one_locks(world: World) -> None:
    customer, offer = offered(world)
    for left in (4, 3, 2, 1):
        refusal = wrong(world, customer, offer)
        assert (refusal.code, refusal.facts) == (ErrorCode.PIN_WRONG, {"left": left})
    refusal = wrong(world, customer, offer)
    until = world.clock.now() + timedelta(minutes=world.catalogue.offers.pin_lock_minutes)
    assert (refusal.code, refusal.facts) == (ErrorCode.PIN_LOCKED, {"until": until})


def lock(world: World) -> tuple[UUID, OfferCard]:
    customer, offer = offered(world)
    for _ in range(world.catalogue.offers.pin_attempts):
        wrong(world, customer, offer)
    return customer, offer


def test_the_right_pin_is_refused_while_locked(world: World) -> None:
    customer, offer = lock(world)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.confirm(customer, offer)
    assert refusal.value.code is ErrorCode.PIN_LOCKED
    assert world.everything() == before


def test_attempts_while_locked_do_not_make_the_lock_longer(world: World) -> None:
    customer, offer = lock(world)
    until = wrong(world, customer, offer).facts["until"]
    world.clock.advance(minutes=10)
    assert wrong(world, customer, offer).facts["until"] == until


def test_the_lock_opens_by_itself_and_the_count_starts_again(world: World) -> None:
    customer, _ = lock(world)
    world.clock.advance(minutes=world.catalogue.offers.pin_lock_minutes, seconds=-1)
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    assert wrong(world, customer, offer).code is ErrorCode.PIN_LOCKED
    world.clock.advance(seconds=1)
    assert wrong(world, customer, offer).facts == {"left": 4}
    world.confirm(customer, offer)
    assert len(world.loans(customer)) == 1


def test_the_right_pin_forgives_earlier_mistakes(world: World) -> None:
    customer, offer = offered(world)
    for _ in range(4):
        wrong(world, customer, offer)
    world.confirm(customer, offer)
    second = world.propose(customer, "borrow", "5000.00", term=12)
    assert wrong(world, customer, second).facts == {"left": 4}


def test_one_customers_lock_does_not_lock_another(world: World) -> None:
    lock(world)
    other, offer = offered(world)
    world.confirm(other, offer)
    assert len(world.loans(other)) == 1


def test_an_attempt_on_an_offer_that_is_not_open_is_not_counted(world: World) -> None:
    customer, offer = offered(world)
    world.app.decline_offer(customer, offer.id)
    assert wrong(world, customer, offer).code is ErrorCode.OFFER_DECLINED
    assert world.customer_row(customer).pin_failures == 0


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", " 123456", "123456 ", "１２３４５６", "abcdef", "0" * 10_000, "\x00", "\ud800"]
)
def test_whatever_is_typed_instead_of_the_pin_is_just_wrong(new_sqlite: object, tmp_path: object, pin: str) -> None:
    world = World(new_sqlite(), tmp_path)  # type: ignore[operator]
    customer, offer = offered(world)
    assert wrong(world, customer, offer, pin).facts == {"left": 4}
    world.close()


def test_the_pin_is_not_kept_and_equal_pins_are_not_seen_to_be_equal(world: World) -> None:
    first, second = world.join(), world.join()
    hashes = {world.customer_row(customer).pin_hash for customer in (first, second)}
    assert len(hashes) == 2
    assert all(kept.startswith("$argon2id$") and "123456" not in kept for kept in hashes)


@pytest.mark.timeout(60)
def test_parallel_wrong_pins_get_no_more_than_the_allowed_attempts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, offer = offered(world)
    looked_at: list[str] = []
    guesses = 12
    together = threading.Barrier(guesses)

    def check(_hash: str, pin: str) -> bool:
        looked_at.append(pin)
        return False

    monkeypatch.setattr(customers, "check_pin", check)
    answers: list[object] = []

    def guess(nth: int) -> None:
        together.wait()
        try:
            world.confirm(customer, offer, f"{nth:06}")
        except CreditError as refusal:
            answers.append(refusal.code)

    before = world.everything()
    threads = [threading.Thread(target=guess, args=(nth,)) for nth in range(guesses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == world.catalogue.offers.pin_attempts
    assert len(answers) == guesses
    assert set(answers) <= {ErrorCode.PIN_WRONG, ErrorCode.PIN_LOCKED}
    assert world.customer_row(customer).pin_locked_until is not None
    assert world.everything() == before
