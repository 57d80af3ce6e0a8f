"""The rules of the house that a machine can hold: who imports whom, where words and clocks may be."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from credit.kernel.errors import ErrorCode
from tests.harness import sources
from tests.harness.sources import CHINESE, imports, parsed, python_files, short
from tools.console import ROOT

LONGEST_FILE = 400
OURS = ("credit", "actions", "channels", "seeds", "bot", "tools", "tests")
CLOCK = ROOT / "credit" / "kernel" / "clock.py"

INTENTS = [
    "check_limit", "raise_limit", "explain_limit", "lower_limit",
    "open_product", "explain_cannot_open", "close_product", "explain_frozen", "switch_account", "change_details",
    "verify_identity",
    "where_usable", "use_pay_later", "explain_payment_failed", "merchant_collect",
    "check_bill", "explain_bill", "spending_history", "bill_dates",
    "repay", "repay_with_loan", "repay_method", "autopay", "repay_status", "min_repay", "overdue", "hardship",
    "installment", "installment_fee", "installment_manage",
    "borrow", "explain_borrow_failed", "loan_terms", "loan_interest", "disbursement", "loan_schedule",
    "refund", "fees", "credit_record", "promotions", "product_info", "other_product", "fraud", "documents",
    "notifications",
    "human", "complaint", "greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "chitchat", "unclear",
]  # fmt: skip


def ours_imported_by(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] in OURS}


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


# ── who imports whom ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("folder", "may_import"),
    [
        ("credit/kernel", ("credit.kernel",)),
        ("credit/ledger", ("credit.ledger", "credit.kernel")),
        ("credit", ("credit",)),
        ("actions", ("actions", "credit")),
        ("channels", ("channels", "credit")),
        ("bot", ("bot",)),
    ],
)
def test_imports_point_one_way(folder: str, may_import: tuple[str, ...]) -> None:
    wrong = [
        f"{short(path)} imports {name}"
        for path in python_files(folder)
        for name in sorted(ours_imported_by(path))
        if not any(within(name, allowed) for allowed in may_import)
    ]
    assert wrong == []


def test_only_actions_know_the_dialogue_library() -> None:
    wrong = [
        f"{short(path)} imports {name}"
        for path in python_files("credit", "channels", "seeds", "tools")
        for name in sorted(imports(path))
        if name.split(".")[0] in {"rasa_sdk", "rasa"}
    ]
    assert wrong == []


def test_the_credit_module_knows_nothing_of_http() -> None:
    outside = {"fastapi", "starlette", "uvicorn", "httpx", "requests", "aiohttp", "sanic"}
    wrong = [short(path) for path in python_files("credit") if {name.split(".")[0] for name in imports(path)} & outside]
    assert wrong == []


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────

READS_THE_CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime"),
}  # fmt: skip


def clock_readings(path: Path) -> list[int]:
    """Lines that read the machine's wall clock, called or handed on: `time.time`, `datetime.now`, `dt.date.today`."""
    found = []
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value
        name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        if (name, node.attr) in READS_THE_CLOCK:
            found.append(node.lineno)
    return found


def test_only_the_clock_reads_the_system_clock() -> None:
    files = [path for path in python_files("credit", "actions", "channels", "seeds", "bot", "tests") if path != CLOCK]
    assert [f"{short(path)}:{line}" for path in files for line in clock_readings(path)] == []


def test_the_search_for_clock_readings_finds_them(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("import time\nfrom datetime import date\ntime.monotonic()\ntime.time()\ndate.today()\n")
    assert clock_readings(sample) == [4, 5]


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_python_string_speaks_to_the_customer() -> None:
    files = python_files("credit", "actions", "channels", "bot")
    wrong = [
        f"{short(path)}:{line}: {text[:30]}"
        for path in files
        for line, text in sources.string_literals(path)
        if CHINESE.search(text)
    ]
    assert wrong == []


def test_every_refusal_has_a_wording() -> None:
    """Nothing can be refused without words, and no words stand for a refusal that is no more."""
    worded = {name for name in sources.domain()["responses"] if name.startswith("utter_error_")}
    assert worded == {f"utter_error_{code.value}" for code in ErrorCode}


UNITS = "元|块|期|天|个月|年|％|%|成|折|倍|次|小时|分钟"
COUNTED = "[一二三四五六七八九十百千万两]+(?:点[一二三四五六七八九零]+)?"
NUMBER = re.compile(rf"[0-9０-９]|(?!一[次天期]){COUNTED}(?:{UNITS})")


def test_no_wording_holds_a_number() -> None:
    """Figures come from the ledger and the product file. A counted Chinese numeral (三期) is a figure; 一次 is not."""
    wrong = [f"{name}: {text}" for name, text in sources.wordings() if NUMBER.search(re.sub(r"\{[^}]*\}", "", text))]
    assert wrong == []


def test_the_domain_has_the_agreed_intents() -> None:
    assert len(INTENTS) == 55
    assert sorted(sources.intents()) == sorted(INTENTS)


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_file_is_two_files() -> None:
    suffixes = {".py", ".js", ".mjs", ".ts", ".css", ".html", ".sh"}
    files = [path for path in sources.repository_files() if path.suffix in suffixes]
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


# Put together here, so that this file does not name what it forbids.
FORBIDDEN = [
    "://" + "pypi.",
    "files.python" + "hosted.org",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "/root" + "/",
    "/work" + "/main",
    "/work" + "/shared",
    "/home" + "/",
]


def test_no_file_names_a_registry_or_a_machine() -> None:
    wrong = []
    for path in sources.repository_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        wrong += [f"{short(path)}: {found}" for found in FORBIDDEN if found in text]
    assert wrong == []


def test_no_mark_of_unfinished_work_is_left() -> None:
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
    suffixes = {".py", ".js", ".mjs", ".yml", ".md", ".html"}
    files = [path for path in sources.repository_files() if path.suffix in suffixes]
    assert [short(path) for path in files if marks.search(path.read_text(encoding="utf-8"))] == []
