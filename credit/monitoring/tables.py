"""Figures as tables of text: what the command line prints and what stands under the plots of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from credit.kernel.money import Money
from credit.monitoring.figures import Figures
from credit.monitoring.performance import Measured
from credit.monitoring.spells import BUCKETS
from credit.monitoring.stability import BANDS

NAMES = {"paylater": "pay-later", "cashloan": "cash loan"}
NONE = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or the sentence that stands where there is nothing to show."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[str]
    """Columns that are set to the right."""
    empty: str = "nothing yet."


def share(value: float | None) -> str:
    return NONE if value is None else f"{value * 100:.2f}%"


def index(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _numbered(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1, empty: str = "nothing yet."
) -> Table:
    """All columns but the first `words` are numbers."""
    return Table(title, columns, rows, frozenset(columns[words:]), empty)


def buckets(found: Figures) -> Table:
    """Accounts, principal and its share by bucket, on the last closed day."""
    end = found.ends[-1]
    whole = sum(end.principal_minor) or 1
    rows = [
        [BUCKETS[nth], f"{end.accounts[nth]:,}", Money(minor).yuan(), share(minor / whole)]
        for nth, minor in enumerate(end.principal_minor)
    ]
    total = ["All", f"{sum(end.accounts):,}", Money(sum(end.principal_minor)).yuan(), share(1.0)]
    return _numbered(f"Buckets on {end.day}", ["Bucket", "Accounts", "Principal", "Share"], [*rows, total])


def flow(found: Figures) -> Table:
    columns = ["Month", *(f"{one}→{after}" for one, after in pairwise(BUCKETS))]
    rows = [[f"{roll.end:%Y-%m}", *map(share, roll.flow)] for roll in found.rolls]
    return _numbered("Roll rates of principal", columns, rows)


def moved(found: Figures) -> Table:
    """Accounts over all month ends together, as shares of the row."""
    sums = [[sum(roll.moved[row][column] for roll in found.rolls) for column in range(8)] for row in range(8)]
    rows = [
        [BUCKETS[nth], f"{sum(row):,}", *(share(number / sum(row)) for number in row)]
        for nth, row in enumerate(sums)
        if sum(row)
    ]
    return _numbered("Accounts, from a month end to the next", ["From", "Accounts", *BUCKETS], rows)


def vintages(found: Figures) -> list[Table]:
    """One table for each number of days late."""
    shown = []
    most = max((len(curve) for one in found.vintages for curve in one.ever.values()), default=0)
    columns = ["Opened", "Product", "Accounts", *(f"MOB{month}" for month in range(most))]
    for days in found.orders.policy.portfolio.vintage_days:
        rows = []
        for one in found.vintages:
            curve = [*map(share, one.ever[days]), *[""] * (most - len(one.ever[days]))]
            rows.append([f"{one.month:%Y-%m}", NAMES[one.product], f"{one.accounts:,}", *curve])
        shown.append(_numbered(f"Vintages, ever {days} days late", columns, rows, words=2))
    return shown


def scores(found: Figures) -> Table:
    months = [month for month in found.populations if month.scored]
    columns = ["Month", "Scored", "Thin", *(f"{band}+" for band in BANDS)]
    rows = [
        [
            f"{month.month:%Y-%m}",
            f"{month.scored:,}",
            f"{month.thin:,}",
            *(share(month.bands[band] / month.scored) for band in BANDS),
        ]
        for month in months
    ]
    return _numbered("Distribution of scores", columns, rows)


def stability(found: Figures) -> Table:
    rows = [[one.name, index(one.to_training), index(one.to_last_month), one.verdict] for one in found.shifts]
    month = f" in {found.scored.month:%Y-%m}" if found.scored else ""
    columns = ["Score or feature", "To training", "To the month before", "Verdict"]
    return Table(f"Stability (PSI){month}", columns, rows, frozenset(columns[1:3]), "nobody has a score yet.")


def performance(found: Figures) -> Table:
    rows = [_measured(one) for one in found.performance]
    columns = ["Outcome", "Scores of", "Good", "Bad", "AUC", "95 %", "KS", "Calibration, worst tenth", "Note"]
    table = _numbered("AUC, KS and calibration on outcomes", columns, rows)
    return Table(table.title, columns, rows, frozenset(columns[2:8]))


def _measured(one: Measured) -> list[str]:
    when = "all months" if one.month is None else f"{one.month:%Y-%m}"
    start = [
        f"{one.outcome} ({one.rule.late_days} in {one.rule.horizon_days} days)",
        when,
        f"{one.good:,}",
        f"{one.bad:,}",
    ]
    if one.found is None:
        return [*start, NONE, NONE, NONE, NONE, "not enough outcomes"]
    worst = max((abs(band.expected - band.seen) for band in one.bands), default=None)
    interval = f"{one.found.auc_low:.3f}–{one.found.auc_high:.3f}"
    return [*start, index(one.found.auc), interval, index(one.found.ks), share(worst), ""]


def calibration(found: Figures) -> Table:
    """Of the outcome that the probability is about, all months together, by tenth from the safest on."""
    all_months = next((one for one in found.performance if one.month is None and one.bands), None)
    bands = all_months.bands if all_months else ()
    rows = [
        [str(nth), f"{band.customers:,}", f"{band.bad:,}", share(band.expected), share(band.seen)]
        for nth, band in enumerate(bands, start=1)
    ]
    return _numbered(
        "Calibration by tenth", ["Tenth", "Scores", "Bad", "Expected", "Seen"], rows, empty="not enough outcomes."
    )


def funnel(found: Figures) -> Table:
    columns = ["Purpose", "Product", "Asked", "Approved", "Refused", "To a person", "Approved share"]
    rows = [
        [
            one.purpose,
            NAMES[one.product],
            f"{one.asked:,}",
            *(f"{one.outcomes[outcome]:,}" for outcome in ("approved", "refused", "review")),
            share(one.approved_share),
        ]
        for one in found.funnels
    ]
    return _numbered("Decisions", columns, rows, words=2, empty="nobody has asked yet.")


def refusals(found: Figures) -> Table:
    rows = [
        [one.purpose, NAMES[one.product], reason, f"{number:,}"]
        for one in found.funnels
        for reason, number in one.refused_for.most_common(5)
    ]
    return _numbered("Refused for", ["Purpose", "Product", "Reason", "Decisions"], rows, words=3, empty="nothing.")


def alerts(found: Figures) -> Table:
    columns = ["Rule", "Severity", "Opened", "Released", "Lasting", "Held", "Cut", "To a person"]
    rows = []
    for one in found.alerts:
        held = one.done.get("hold", 0) + one.done.get("freeze", 0)
        counted = (one.opened, one.released, one.lasting, held, one.done.get("cut", 0), one.done.get("review", 0))
        rows.append([one.rule, one.severity, *(f"{number:,}" for number in counted)])
    return _numbered("Alerts", columns, rows, words=2, empty="no rule has seen anything.")
