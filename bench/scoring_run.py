"""A batch of scoring in a process of its own: `python -m bench.scoring_run URL` prints seconds, processor, memory."""

from __future__ import annotations

import json
import resource
import sys
import time

from bench.scoring_books import TODAY
from credit.app import CreditApp
from credit.catalogue import load_catalogue
from credit.kernel.clock import ManualClock, midday
from credit.kernel.database import Database, open_engine
from credit.monitoring.orders import present_orders
from credit.monitoring.rescoring import rescore_everybody


def main() -> None:
    app = CreditApp(Database(open_engine(sys.argv[1])), load_catalogue(), ManualClock(midday(TODAY)))
    card = present_orders().card
    app.ping()
    begun = time.perf_counter()
    done = rescore_everybody(app, card)
    seconds = time.perf_counter() - begun
    app.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}
    print(json.dumps({**told, "customers": done.customers, "thin": done.thin}))


if __name__ == "__main__":
    main()
