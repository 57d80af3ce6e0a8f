"""django-hordak posting the same journals. Runs under the peer's own Python, see bench.peer; imports nothing of ours.

    python peer_hordak.py SOCKET_DIR DATABASE CUSTOMERS

Says `ready`, then answers each line SECONDS with `COUNT SECONDS`."""

from __future__ import annotations

import datetime as dt
import random
import sys
import time

import django
from django.conf import settings


def main(socket_dir: str, database: str, customers: int) -> None:
    connection = {"ENGINE": "django.db.backends.postgresql", "NAME": database, "USER": "postgres", "HOST": socket_dir}
    settings.configure(
        SECRET_KEY="measured",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={"default": connection},
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    call_command("migrate", verbosity=0)

    def opened(name: str, kind: AccountType) -> Account:
        return Account.objects.create(name=name, type=kind, currencies=["CNY"])

    house = opened("clearing", AccountType.liability)
    owned = [[opened(f"{part} {nth}", AccountType.asset) for part in "abc"] for nth in range(customers)]
    rng, day = random.Random(1), dt.date(2026, 10, 28)

    def post() -> None:
        unbilled, available, used = rng.choice(owned)
        amount = Money(rng.randint(100, 99_999) / 100, "CNY")
        with transaction.atomic():
            journal = Transaction.objects.create(description="corner shop", date=day)
            legs = [(unbilled, "debit"), (house, "credit"), (used, "debit"), (available, "credit")]
            Leg.objects.bulk_create([Leg(transaction=journal, account=of, **{side: amount}) for of, side in legs])

    def post_for(seconds: float) -> str:
        count, began = 0, time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            post()
            count += 1
        return f"{count} {now - began}\n"

    post_for(0.3)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(post_for(float(line)))
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
