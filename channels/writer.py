"""Group commit: writes that come while another is being committed share the next transaction.

A commit costs a wait for the disk, and SQLite takes one writer at a time; two hundred webhooks a second must not wait
two hundred times. Each write is a function of the session, may run twice, and fails alone: when a shared transaction
breaks, nothing of it is kept and each is run by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from credit.kernel.database import Database
from credit.kernel.errors import CreditError, ErrorCode

MOST_TOGETHER = 64


class _Job:
    def __init__(self, work: Callable[[Session], Any]) -> None:
        self.work = work
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None

    def end(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value, self.error, self.done = value, error, True


class GroupWriter:
    """Blocking and thread-safe. Whoever gets the lock first writes for all who wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: deque[_Job] = deque()
        self._writing = Lock()

    def do[T](self, work: Callable[[Session], T]) -> T:
        """What `work` returned, once it is committed. Raises what it raised, ACCOUNT_SERVICE_UNREACHABLE."""
        job = _Job(work)
        self._jobs.append(job)
        with self._writing:
            while not job.done:
                self._run([self._jobs.popleft() for _ in range(min(len(self._jobs), MOST_TOGETHER))])
        if job.error is not None:
            raise job.error
        value: T = job.value
        return value

    def _run(self, jobs: list[_Job]) -> None:
        try:
            values = self._database.attempt(lambda session: [job.work(session) for job in jobs])
        except BaseException as error:  # noqa: BLE001  it is handed to whoever asked
            if len(jobs) == 1 or is_away(error):
                for job in jobs:
                    job.end(error=error)
            else:
                for job in jobs:
                    self._run([job])
            return
        for job, value in zip(jobs, values, strict=True):
            job.end(value)


def is_away(error: BaseException) -> bool:
    """The same would happen to each of them, only later."""
    return isinstance(error, CreditError) and error.code is ErrorCode.ACCOUNT_SERVICE_UNREACHABLE
