"""The replay matrix as a table at the end of a test run, whoever ran its tests."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

PLAYED = re.compile(r"test_matrix\[([a-z_]+)-(\d\d)\]")
MARKS = {"passed": "ok", "failed": "NO", "error": "NO", "skipped": "-"}
REASON = "not applicable: "


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Channels by cases, then why some do not apply. Nothing when the matrix was not played."""
    table: defaultdict[str, dict[str, str]] = defaultdict(dict)
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for outcome, mark in MARKS.items():
        for report in terminalreporter.stats.get(outcome, []):
            found = PLAYED.search(getattr(report, "nodeid", ""))
            if found is None:
                continue
            channel, number = found.groups()
            table[channel][number] = mark
            if outcome == "skipped":
                reasons[channel, str(report.longrepr[2]).partition(REASON)[2]].append(number)
    if not table:
        return
    from tests.channels.messaging.matrix_cases import CASES

    write = terminalreporter.write_line
    terminalreporter.section("replay matrix")
    channels = sorted(table)
    write("    " + " " * 40 + "  ".join(channels))
    for case in CASES.values():
        marks = [table[channel].get(f"{case.number:02}", "").center(len(channel)) for channel in channels]
        write(f"{case.number:>3} {case.title:<40}" + "  ".join(marks))
    for (channel, reason), numbers in sorted(reasons.items()):
        write(f"  - {channel} {', '.join(sorted(numbers))}: {reason}")
