"""The long report of `make nlu-eval`: which intents are mistaken for which, how each one fares, how far confidence can
be trusted, and the worst errors. It quotes the messages, so it is written below build/, never committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.nlu_figures import FALLBACK, Labelled, Reading

BANDS = 10
SHOWN_ERRORS = 40
SHOWN_CONFUSIONS = 15

Pairs = Sequence[tuple[Labelled, Reading]]


def long_report(messages: Sequence[Labelled], readings: Sequence[Reading]) -> str:
    """Markdown, one section each. Messages and readings belong together by their place."""
    pairs = list(zip(messages, readings, strict=True))
    sections = {
        "Each intent": _scores(pairs),
        "What was taken for what": _confusions(pairs),
        "Confidence": _confidence(pairs),
        "The worst errors": _errors(pairs),
    }
    return "\n".join(f"## {title}\n\n" + "\n".join(lines) + "\n" for title, lines in sections.items())


def most_confused(messages: Sequence[Labelled], readings: Sequence[Reading]) -> list[str]:
    """For each intent that was missed most: how often, and for which others."""
    total = Counter(message.intent for message in messages)
    missed: dict[str, Counter[str]] = {}
    for message, got in zip(messages, readings, strict=True):
        if _best(got) not in message.accepted:
            missed.setdefault(message.intent, Counter())[_best(got)] += 1
    worst = sorted(missed.items(), key=lambda item: -sum(item[1].values()))
    return [
        f"{sum(wrong.values()):4} of {total[intent]:3}  {intent:24} "
        + ", ".join(f"{name} {count}" for name, count in wrong.most_common(4))
        for intent, wrong in worst[:SHOWN_CONFUSIONS]
    ]


def _best(got: Reading) -> str:
    return got.best[0] if got.best else FALLBACK


def _scores(pairs: Pairs) -> list[str]:
    """Precision and recall by the first label; a second label that was hit counts as the first."""
    there, said, right = Counter[str](), Counter[str](), Counter[str]()
    for message, got in pairs:
        best = _best(got)
        hit = best in message.accepted
        there[message.intent] += 1
        said[message.intent if hit else best] += 1
        right[message.intent] += hit
    lines = ["| intent | messages | recall | precision | F1 |", "|---|---|---|---|---|"]
    for intent, count in there.most_common():
        recall = right[intent] / count
        precision = right[intent] / said[intent] if said[intent] else 0.0
        harmonic = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
        lines.append(f"| {intent} | {count} | {recall:.2f} | {precision:.2f} | {harmonic:.2f} |")
    return lines


def _confusions(pairs: Pairs) -> list[str]:
    wrong = Counter((message.intent, _best(got)) for message, got in pairs if _best(got) not in message.accepted)
    lines = ["| it was | taken for | times |", "|---|---|---|"]
    return lines + [f"| {was} | {taken} | {times} |" for (was, taken), times in wrong.most_common()]


def _confidence(pairs: Pairs) -> list[str]:
    """A calibrated model is right as often as it is sure."""
    bands: dict[int, list[bool]] = {band: [] for band in range(BANDS)}
    for message, got in pairs:
        bands[min(BANDS - 1, int(got.confidence * BANDS))].append(_best(got) in message.accepted)
    lines = ["| confidence | messages | right | |", "|---|---|---|---|"]
    for band, hits in bands.items():
        share = f"{sum(hits) / len(hits):.2f}" if hits else "–"
        bar = "█" * round(40 * len(hits) / max(1, len(pairs)))
        lines.append(f"| {band / BANDS:.1f}–{(band + 1) / BANDS:.1f} | {len(hits)} | {share} | {bar} |")
    return lines


def _errors(pairs: Pairs) -> list[str]:
    """The surest wrong answers first: these are given without asking back."""
    wrong = sorted(
        ((message, got) for message, got in pairs if _best(got) not in message.accepted),
        key=lambda pair: -pair[1].confidence,
    )
    lines = ["| sure | it was | taken for, then | message |", "|---|---|---|---|"]
    return lines + [
        f"| {got.confidence:.2f} | {message.intent} | {', '.join(got.best[:3])} | {message.text.replace('|', '/')} |"
        for message, got in wrong[:SHOWN_ERRORS]
    ]
