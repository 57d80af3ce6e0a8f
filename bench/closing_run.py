"""A closing in a process of its own: `python -m bench.closing_run URL UNTIL WORKERS` prints seconds and peak memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date

from credit.app import CreditApp
from credit.catalogue import load_catalogue
from credit.kernel.clock import ManualClock, midday
from credit.kernel.database import Database, open_engine


def main() -> None:
    url, until, workers = sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])
    app = CreditApp(Database(open_engine(url)), load_catalogue(), ManualClock(midday(until)))
    app.ping()
    begun = time.perf_counter()
    app.close_days(until, workers=workers)
    seconds = time.perf_counter() - begun
    app.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
