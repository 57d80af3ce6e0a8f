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
from credit.monitoring.batch import rescore_in_processes

WORKERS = 2


def main() -> None:
    app = CreditApp(Database(open_engine(sys.argv[1])), load_catalogue(), ManualClock(midday(TODAY)))
    app.ping()
    begun = time.perf_counter()
    done = rescore_in_processes(app, app.database.engine.url, workers=WORKERS)
    seconds = time.perf_counter() - begun
    app.close()
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = {
        "seconds": seconds,
        "processor": sum(used.ru_utime + used.ru_stime for used in (own, workers)),
        "megabytes": (own.ru_maxrss + WORKERS * workers.ru_maxrss) / 1024,
        "customers": done.customers,
        "thin": done.thin,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
