"""Joining, and the payment PIN with its lock-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode

# Six digits are few: the lock-out is what protects them, so the hash may be lighter than for a password.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """What is known when somebody joins. `pin` is hashed at once and never kept."""

    id: UUID
    name: str
    born_on: date
    is_student: bool
    card_tail: str
    autopay: bool
    pin: str
    identity_checked: bool = True
    is_blocked: bool = False


def join(books: Books, new: NewCustomer) -> Customer:
    """Add a customer without products."""
    customer = Customer(
        id=new.id,
        name=new.name,
        born_on=new.born_on,
        is_student=new.is_student,
        joined_on=books.today,
        card_tail=new.card_tail,
        autopay=new.autopay,
        pin_hash=_HASHER.hash(new.pin),
        pin_failures=0,
        identity_checked=new.identity_checked,
        is_blocked=new.is_blocked,
    )
    books.session.add(customer)
    books.session.flush()
    return customer


def take_attempt(books: Books, customer_id: UUID) -> str:
    """Count one PIN attempt before the PIN is looked at, so that parallel guesses cannot exceed the number allowed.

    Returns the hash to check against. Raises PIN_LOCKED(until)."""
    customer = books.lock_customer(customer_id)
    if customer.pin_locked_until is not None:
        if books.now < customer.pin_locked_until:
            raise CreditError(ErrorCode.PIN_LOCKED, until=customer.pin_locked_until)
        customer.pin_locked_until, customer.pin_failures = None, 0
    customer.pin_failures += 1
    rules = books.catalogue.offers
    if customer.pin_failures >= rules.pin_attempts:
        customer.pin_locked_until = books.now + timedelta(minutes=rules.pin_lock_minutes)
    return customer.pin_hash


def check_pin(pin_hash: str, pin: str) -> bool:
    """Slow on purpose, so it runs outside any transaction."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerifyMismatchError, UnicodeEncodeError):  # half a surrogate pair has no bytes to hash: no PIN either
        return False


def forgive_attempts(books: Books, customer_id: UUID) -> None:
    """The PIN was right: the count starts again."""
    customer = books.lock_customer(customer_id)
    customer.pin_failures, customer.pin_locked_until = 0, None


def refuse_pin(books: Books, customer_id: UUID) -> CreditError:
    """What to tell after a wrong PIN: how many attempts are left, or until when it is locked."""
    customer = books.customer(customer_id)
    if customer.pin_locked_until is not None:
        return CreditError(ErrorCode.PIN_LOCKED, until=customer.pin_locked_until)
    return CreditError(ErrorCode.PIN_WRONG, left=books.catalogue.offers.pin_attempts - customer.pin_failures)


def age_on(born_on: date, day: date) -> int:
    """Full years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
