"""Small plots as SVG text: bars, lines and points, without scripts or outside files. Colours come from the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 34
LINES_ACROSS = 4
Written = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars; None is a gap."""

    name: str
    values: Sequence[float | None]


def percent(value: float) -> str:
    return f"{value * 100:.3g}%"


def whole(value: float) -> str:
    return f"{value:,.0f}"


def bars(title: str, labels: Sequence[str], series: Sequence[Series], write: Written = whole) -> str:
    """Bars side by side for each label."""
    top = _top(series)
    room = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    wide = room * 0.8 / max(1, len(series))
    drawn = []
    for nth, one in enumerate(series):
        for place, value in enumerate(one.values):
            if value is None:
                continue
            x, y = LEFT + room * (place + 0.1) + wide * nth, _y(value, top)
            tip = escape(f"{labels[place]}, {one.name}: {write(value)}")
            drawn.append(
                f'<rect class="s{nth}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{_y(0, top) - y:.1f}">'
                f"<title>{tip}</title></rect>"
            )
    return _frame(title, labels, room, top, drawn, series, write)


def lines(title: str, labels: Sequence[str], series: Sequence[Series], write: Written = percent) -> str:
    """A line a series over the labels, broken at gaps."""
    top = _top(series)
    room = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    drawn = []
    for nth, one in enumerate(series):
        for run in _runs(one.values):
            places = [(LEFT + room * (place + 0.5), _y(value, top), place, value) for place, value in run]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in places)
            drawn.append(f'<polyline class="l{nth % 8}" points="{path}"/>')
            drawn += [
                f'<circle class="s{nth % 8}" cx="{x:.1f}" cy="{y:.1f}" r="2.5">'
                f"<title>{escape(f'{labels[place]}, {one.name}: {write(value)}')}</title></circle>"
                for x, y, place, value in places
            ]
    return _frame(title, labels, room, top, drawn, series, write)


def against(title: str, pairs: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Points (expected, seen) with the line on which both are the same."""
    top = max([*(one for pair in pairs for one in pair), 0.01]) * 1.1
    side = WIDTH - LEFT - RIGHT
    drawn = [
        f'<line class="same" x1="{LEFT}" y1="{_y(0, top):.1f}" x2="{WIDTH - RIGHT}" y2="{_y(top, top):.1f}"/>',
        *(
            f'<circle class="s0" cx="{LEFT + side * x / top:.1f}" cy="{_y(y, top):.1f}" r="4">'
            f"<title>{escape(f'{across} {percent(x)}, {up} {percent(y)}')}</title></circle>"
            for x, y in pairs
        ),
        f'<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{escape(across)}</text>',
    ]
    labels = [percent(top * (nth + 0.5) / 8) for nth in range(8)]
    return _frame(title, labels, side / 8, top, drawn, [Series(up, ())], percent)


def _top(series: Sequence[Series]) -> float:
    known = [value for one in series for value in one.values if value is not None]
    return max([*known, 0.0]) or 1.0


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((place, value))
    return [run for run in found if run]


def _frame(
    title: str,
    labels: Sequence[str],
    room: float,
    top: float,
    drawn: Sequence[str],
    series: Sequence[Series],
    write: Written,
) -> str:
    parts = []
    for nth in range(LINES_ACROSS + 1):
        value = top * nth / LINES_ACROSS
        y = _y(value, top)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="axis" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(write(value))}</text>'
        )
    every = max(1, -(-len(labels) // 14))
    parts += [
        f'<text class="axis" x="{LEFT + room * (place + 0.5):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
        f"{escape(label)}</text>"
        for place, label in enumerate(labels)
        if place % every == 0
    ]
    legend = "".join(f'<span class="k{nth % 8}">{escape(one.name)}</span>' for nth, one in enumerate(series))
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}{"".join(drawn)}</svg><p class="legend">{legend}</p></figure>'
    )
