"""The portfolio as one HTML page: plots and tables, nothing outside of the file, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from credit.monitoring import plots, tables
from credit.monitoring.figures import Figures
from credit.monitoring.plots import Series
from credit.monitoring.spells import BUCKETS
from credit.monitoring.stability import BANDS
from credit.monitoring.statistics import CalibrationBand
from credit.monitoring.tables import Table

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d8dee6;--paper:#fff;--c0:#2563a8;--c1:#d9822b;
--c2:#3a8f5c;--c3:#a23b52;--c4:#6b5bb0;--c5:#8a7a2f;--c6:#2c8f94;--c7:#6f6f6f;--alarm:#a3202f;--watch:#9a5b00}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#333d4a;--paper:#151a21;--c0:#6aa5e6;
--c1:#f0a860;--c2:#6cc38d;--c3:#e08196;--c4:#a89ae0;--c5:#cdbb6a;--c6:#6ccdd2;--c7:#b0b0b0;--alarm:#ff8a95;--watch:#f0b45c}}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;
max-width:1100px;padding:24px}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:36px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}
p.note,p.lead{color:var(--soft);margin:4px 0 12px;max-width:75ch}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:16px}
figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto}
.axis{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}.same{stroke:var(--soft);stroke-dasharray:4 4}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:8px 0 16px}
th,td{padding:3px 10px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
td.n,th.n{text-align:right}td.alarm{color:var(--alarm);font-weight:600}td.watch{color:var(--watch);font-weight:600}
.legend span{margin-right:14px;font-size:13px}.legend span::before{content:"";display:inline-block;width:10px;
height:10px;margin-right:5px;background:var(--k)}
""" + "".join(
    f".s{nth}{{fill:var(--c{nth})}}.l{nth}{{fill:none;stroke:var(--c{nth});stroke-width:2}}.k{nth}{{--k:var(--c{nth})}}"
    for nth in range(8)
)


def html(found: Figures, lender: str) -> str:
    """The whole page, a document of its own."""
    card, policy = found.orders.card.version, found.orders.version
    lead = f"End of {found.day}. Policy {policy}, scorecard {card}. Worked out from the ledger; amounts in yuan."
    sections = [
        _section("Buckets", _bucket_plots(found), [tables.buckets(found)], BUCKET_NOTE),
        _section("Roll rates", _roll_plots(found), [tables.flow(found), tables.moved(found)], ROLL_NOTE),
        _section("Vintages", _vintage_plots(found), tables.vintages(found), VINTAGE_NOTE),
        _section("Scores", _score_plots(found), [tables.scores(found)], SCORE_NOTE),
        _section("Stability", [], [tables.stability(found)], STABILITY_NOTE),
        _section(
            "Performance of the model",
            _performance_plots(found),
            [tables.performance(found), tables.calibration(found)],
            PERFORMANCE_NOTE,
        ),
        _section("Applications", [], [tables.funnel(found), tables.refusals(found)], FUNNEL_NOTE),
        _section("Early warnings", _alert_plots(found), [tables.alerts(found)], ALERT_NOTE),
    ]
    title = escape(f"{lender}: portfolio on {found.day}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="lead">{escape(lead)}</p>{"".join(sections)}</body></html>\n'
    )


BUCKET_NOTE = (
    "M0 is not late, M1 late for 1 to 30 days, each bucket 30 days more, M7 over 180. Accounts are running loans and "
    "open pay-later lines; principal is what is owed on them."
)
ROLL_NOTE = (
    "Principal in the next bucket at a month's end over principal in this bucket a month before. Below: how accounts "
    "moved over all these months, row to column; M0 also holds what was repaid and closed."
)
VINTAGE_NOTE = (
    "Accounts by month of opening: the share that was at least once so many days late, by months on book. Month 0 is "
    "the month of opening; the newest month on book may be incomplete."
)
SCORE_NOTE = "Each customer's last score of the month; thin files have none."
STABILITY_NOTE = (
    "Population stability index: of the score against training's tenths, of each feature against its bins in training, "
    "and of both against the month before. Bins for missing months are left out."
)
PERFORMANCE_NOTE = (
    "Scores whose outcome the ledger has seen, each customer's last of a month; not of those who were late enough "
    "already. AUC with its 95 % interval (Hanley and McNeil)."
)
FUNNEL_NOTE = "Decisions by purpose and product, and the weightiest reason of each refusal."
ALERT_NOTE = "Opened and released within these months; lasting now. Done: what followed from alerts opened in them."


def _section(title: str, drawn: Sequence[str], shown: Iterable[Table], note: str) -> str:
    figures = f'<div class="plots">{"".join(drawn)}</div>' if drawn else ""
    return f'<h2>{escape(title)}</h2><p class="note">{escape(note)}</p>{figures}' + "".join(map(_table, shown))


def _table(table: Table) -> str:
    if not table.rows:
        return f'<p class="note">{escape(table.title)}: {escape(table.empty)}</p>'
    numbers = [column in table.numbers for column in table.columns]
    head = "".join(
        f'<th class="n">{escape(c)}</th>' if n else f"<th>{escape(c)}</th>" for c, n in _with(table, numbers)
    )
    body = "".join(
        "<tr>" + "".join(_cell(cell, number) for cell, number in zip(row, numbers, strict=True)) + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class="scroll"><table><caption class="axis">{escape(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _with(table: Table, numbers: Sequence[bool]) -> Iterable[tuple[str, bool]]:
    return zip(table.columns, numbers, strict=True)


def _cell(cell: str, number: bool) -> str:
    kind = "n" if number else cell if cell in {"alarm", "watch"} else ""
    return f'<td class="{kind}">{escape(cell)}</td>' if kind else f"<td>{escape(cell)}</td>"


# ── plots ───────────────────────────────────────────────────────────────────────────────────────────────────


def _bucket_plots(found: Figures) -> list[str]:
    labels = [f"{end.day:%y-%m}" for end in found.ends]
    late = [sum(end.principal_minor[1:]) / (sum(end.principal_minor) or 1) for end in found.ends]
    long_late = [sum(end.principal_minor[4:]) / (sum(end.principal_minor) or 1) for end in found.ends]
    rates = [Series("late at all (M1+)", late), Series("over 90 days (M4+)", long_late)]
    newest = found.ends[-1].accounts
    return [
        plots.lines("Late principal, share of all", labels, rates),
        plots.bars(f"Late accounts on {found.day}", BUCKETS[1:], [Series("accounts", [float(n) for n in newest[1:]])]),
    ]


def _roll_plots(found: Figures) -> list[str]:
    labels = [f"{roll.end:%y-%m}" for roll in found.rolls]
    series = [
        Series(f"{BUCKETS[nth]} to {BUCKETS[nth + 1]}", [roll.flow[nth] for roll in found.rolls]) for nth in range(4)
    ]
    return [plots.lines("Principal rolling into the next bucket", labels, series)] if labels else []


def _vintage_plots(found: Figures) -> list[str]:
    drawn = []
    for product, name in (("cashloan", "Cash loans"), ("paylater", "Pay-later lines")):
        shown = [one for one in found.vintages if one.product == product][-8:]
        if not shown:
            continue
        days = found.orders.policy.portfolio.vintage_days[0]
        most = max(len(one.ever[days]) for one in shown)
        labels = [f"MOB{month}" for month in range(most)]
        drawn.append(
            plots.lines(
                f"{name}: ever {days} days late",
                labels,
                [Series(f"{one.month:%Y-%m}", one.ever[days]) for one in shown],
            )
        )
    return drawn


def _score_plots(found: Figures) -> list[str]:
    months = [month for month in found.populations if month.scored][-2:]
    if not months:
        return []
    series = [Series(f"{month.month:%Y-%m}", [month.bands[band] / month.scored for band in BANDS]) for month in months]
    return [plots.bars("Scores, share of customers", [str(band) for band in BANDS], series, plots.percent)]


def _performance_plots(found: Figures) -> list[str]:
    drawn = [_calibration_plot(one.outcome, one.bands) for one in found.performance if one.month is None and one.bands]
    for name in found.orders.policy.performance.outcomes:
        months = [one for one in found.performance if one.outcome == name and one.month is not None and one.found]
        if len(months) > 1:
            labels = [f"{one.month:%y-%m}" for one in months if one.month]
            aucs = Series("AUC", [one.found.auc for one in months if one.found])
            ks = Series("KS", [one.found.ks for one in months if one.found])
            drawn.append(plots.lines(f"Over time: {name}", labels, [aucs, ks]))
    return drawn


def _calibration_plot(name: str, bands: Sequence[CalibrationBand]) -> str:
    return plots.against(f"Calibration: {name}", [(band.expected, band.seen) for band in bands], "expected", "seen")


def _alert_plots(found: Figures) -> list[str]:
    if not found.alerts:
        return []
    opened = Series("opened", [float(one.opened) for one in found.alerts])
    lasting = Series("lasting", [float(one.lasting) for one in found.alerts])
    return [plots.bars("Alerts by rule", [one.rule for one in found.alerts], [opened, lasting])]
