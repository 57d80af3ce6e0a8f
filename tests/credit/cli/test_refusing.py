"""What an operator is told when nothing can be looked at, and what is never told to anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from credit.cli.app import app
from credit.evidence.keys import KEY_FILE
from credit.kernel.database import open_engine
from tests.credit.cli.conftest import Terminal
from tests.credit.evidence.lender import DEBT, Lender

COMMANDS = sorted(str(command.name) for command in app.registered_commands)
GROUPS = sorted(str(group.name) for group in app.registered_groups)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that is not there."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "data"


def refusal(*arguments: str) -> tuple[str, str]:
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert (done.exit_code, done.stdout) == (1, "")
    error = json.loads(done.stderr)["error"]
    return error["code"], error["message"]


def misuse(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    return str(done.stderr)


def test_where_there_is_no_ledger_none_is_made(nowhere: Path) -> None:
    code, sentence = refusal("trial-balance")
    assert (code, sentence) == ("no_ledger", f"There is no ledger at {nowhere / 'xinzhang.db'}; `make seed` makes one.")
    assert not nowhere.exists()  # and no secrets either


def test_an_empty_database_is_no_ledger(nowhere: Path) -> None:
    nowhere.mkdir()
    (nowhere / "xinzhang.db").touch()
    assert refusal("verify") == ("no_ledger", "There is no ledger in this database; `make seed` makes one.")


def test_a_file_that_is_no_database_is_unreachable(nowhere: Path) -> None:
    nowhere.mkdir()
    (nowhere / "xinzhang.db").write_text("no database" * 100)
    assert refusal("verify") == ("account_service_unreachable", "The database cannot be reached.")


def test_another_schema_is_refused_by_its_number(terminal: Terminal, lender: Lender) -> None:
    engine = open_engine(lender.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    code, sentence = terminal.refused("seal")
    assert (code, sentence.startswith("The database is at schema 0000, this program at ")) == ("schema_outdated", True)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql+psycopg://clerk:hunter2@127.0.0.1:1/books", "account_service_unreachable"),
        ("postgresql+nothing://clerk:hunter2@127.0.0.1:1/books", "settings_wrong"),
        ("postgresql+asyncpg://clerk:hunter2@127.0.0.1:1/books", "settings_wrong"),
        ("clerk:hunter2@127.0.0.1", "settings_wrong"),
        ("postgresql+psycopg://clerk:hunter2@127.0.0.1:port/books", "settings_wrong"),
    ],
)
def test_a_refused_address_keeps_its_password(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, address: str, code: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    found, sentence = refusal("verify")
    assert (found, "hunter2" in sentence) == (code, False)


def test_no_command_prints_a_secret(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    secret = (sealed.folder / KEY_FILE).read_text().splitlines()[1]
    said = [terminal.type(name, "--json").output for name in ("trial-balance", "holds", "verify", "head", "public-key")]
    said += [terminal.type("account", DEBT).output, terminal.type("journal", "loan:1").output]
    said += [terminal.type("prove", "loan:1", "--out", tmp_path / "proof.json").output]
    said += [(tmp_path / "proof.json").read_text("utf-8"), terminal.type("rotate-key", "--yes").output]
    secrets = (secret, (sealed.folder / KEY_FILE).read_text().splitlines()[1], "PRIVATE")
    assert [text for text in said for hidden in secrets if hidden in text] == []


def test_what_nobody_thought_of_is_one_sentence_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("postgresql://clerk:hunter2@host")

    monkeypatch.setattr("credit.cli.reports.trial_balance", broken)
    code, sentence = terminal.refused("trial-balance")
    assert code == "unexpected"
    assert sentence.startswith("Something unexpected went wrong (RuntimeError);")


@pytest.mark.parametrize(
    "arguments",
    [
        ("trial-balances",),
        ("trial-balance", "--until", "2026-10-28"),
        ("journal",),
        ("account", DEBT, "--most", "0"),
        ("account", DEBT, "--most", "many"),
        ("seal", "--block-size", "0"),
        ("prove", "loan:1"),
        ("prove-log", "one", "3", "--out", "x.json"),
        ("reverse", "loan:1"),
    ],
)
def test_wrong_usage_exits_with_2(nowhere: Path, arguments: tuple[str, ...]) -> None:
    assert "Error: " in misuse(*arguments)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "20261028", "2026-W44-3", "0001-01-01", "", "2026-10-28 "])
def test_what_is_no_day_is_wrong_usage(nowhere: Path, text: str) -> None:
    for command in (("trial-balance", "--on"), ("account", DEBT, "--from"), ("account", DEBT, "--to")):
        assert f"Invalid value for '{command[-1]}': {text!r} is not a day; write it like" in misuse(*command, text)


def test_what_is_no_uuid_is_wrong_usage(nowhere: Path) -> None:
    assert "Invalid value for '--customer': 'somebody' is not a UUID." in misuse("holds", "--customer", "somebody")


# ── help ────────────────────────────────────────────────────────────────────────────────────────────────────


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], prog_name="python -m credit")
    assert (done.exit_code, done.stderr) == (0, "")
    return str(done.stdout)


def test_the_overview_tells_every_command_in_a_whole_sentence() -> None:
    lines = help_of().partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    told = dict(line.split(maxsplit=1) for line in lines)
    assert sorted(told) == sorted([*COMMANDS, *GROUPS])
    assert [text for text in told.values() if not text.endswith(".") or text.endswith("...")] == []
    assert "Exit codes: 0 done; 1 refused" in help_of()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained_and_json_is_offered(command: str) -> None:
    text = help_of(command)
    assert f"Usage: python -m credit {command} " in text
    assert "  --json " in text
    options = text.partition("Options:\n")[2]
    assert [mark for mark in ("<str>", "<int", "<path>", "None") if mark in options] == []


def test_no_command_at_all_shows_the_help() -> None:
    done = CliRunner().invoke(app, [])
    assert (done.exit_code, "trial-balance" in done.output) == (2, True)
