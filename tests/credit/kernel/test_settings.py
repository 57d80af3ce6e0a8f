"""Settings from the environment, and secrets that are made once and kept to their owner."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from credit.kernel import settings
from credit.kernel.settings import SECRET_NAMES, SECRETS_FILE, Settings, load_secrets

GIVEN = {"JWT_SECRET": "a" * 32, "INTERNAL_SECRET": "b" * 32}


def test_without_anything_set_the_defaults_hold(tmp_path: Path) -> None:
    found = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    assert found.database_url == f"sqlite:///{tmp_path / 'xinzhang.db'}"
    assert (found.host, found.port, found.rasa_port, found.actions_port) == ("127.0.0.1", 8080, 5005, 5055)
    assert found.demo is False


def test_what_is_set_is_used(tmp_path: Path) -> None:
    found = Settings.from_environment(
        {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql+psycopg://x", "PORT": "81", "XINZHANG_DEMO": "1"}
        | GIVEN
    )
    assert (found.database_url, found.port, found.demo) == ("postgresql+psycopg://x", 81, True)
    assert (found.jwt_secret, found.internal_secret) == (GIVEN["JWT_SECRET"], GIVEN["INTERNAL_SECRET"])
    assert not (tmp_path / SECRETS_FILE).exists()


@pytest.mark.parametrize("name", ["PORT", "RASA_PORT", "ACTIONS_PORT"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.0", "8 0", "²"])
def test_a_port_that_is_none_is_refused_by_its_name(tmp_path: Path, name: str, port: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be a port"):
        Settings.from_environment({"DATA_DIR": str(tmp_path), name: port} | GIVEN)


@pytest.mark.parametrize("demo", ["", "0", "true", "yes", "2"])
def test_only_a_one_turns_the_demo_on(tmp_path: Path, demo: str) -> None:
    assert not Settings.from_environment({"DATA_DIR": str(tmp_path), "XINZHANG_DEMO": demo} | GIVEN).demo


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    found = Settings.from_environment({"DATA_DIR": str(tmp_path)} | GIVEN)
    assert GIVEN["JWT_SECRET"] not in f"{found!r} {found}"
    assert GIVEN["INTERNAL_SECRET"] not in f"{found!r} {found}"


def test_secrets_are_made_once_long_and_different_and_kept_to_their_owner(tmp_path: Path) -> None:
    first = load_secrets(tmp_path / "new" / "folder", {})
    assert load_secrets(tmp_path / "new" / "folder", {}) == first
    assert len(set(first.values())) == len(SECRET_NAMES)
    assert min(map(len, first.values())) >= 43  # 256 bits
    mode = (tmp_path / "new" / "folder" / SECRETS_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_one_secret_from_the_environment_goes_before_the_stored_one(tmp_path: Path) -> None:
    stored = load_secrets(tmp_path, {})
    found = load_secrets(tmp_path, {"JWT_SECRET": "c" * 32})
    assert found == {"JWT_SECRET": "c" * 32, "INTERNAL_SECRET": stored["INTERNAL_SECRET"]}


@pytest.mark.parametrize("nth", range(5))
def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path, nth: int) -> None:
    hands = 8
    together = threading.Barrier(hands)
    found: list[Any] = []

    def start() -> None:
        together.wait()
        try:
            found.append(load_secrets(tmp_path, {}))
        except Exception as error:  # noqa: BLE001  (told to the test, which runs in another thread)
            found.append(error)

    threads = [threading.Thread(target=start) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * hands
    assert set(found[0]) == set(SECRET_NAMES)


def test_a_process_that_comes_while_the_secrets_are_being_written_reads_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race itself, without luck: the second process starts when the first has begun and not yet written."""
    seen: list[dict[str, str]] = []
    dump, dumps = json.dump, json.dumps

    def meanwhile() -> None:
        monkeypatch.undo()
        seen.append(load_secrets(tmp_path, {}))

    def dump_later(*args: Any, **options: Any) -> None:
        meanwhile()
        dump(*args, **options)

    def dumps_later(*args: Any, **options: Any) -> str:
        meanwhile()
        return dumps(*args, **options)

    monkeypatch.setattr(settings.json, "dump", dump_later)
    monkeypatch.setattr(settings.json, "dumps", dumps_later)
    first = load_secrets(tmp_path, {})
    assert seen == [first]
    assert load_secrets(tmp_path, {}) == first


def test_no_scraps_are_left_beside_the_secrets(tmp_path: Path) -> None:
    load_secrets(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == [SECRETS_FILE]
