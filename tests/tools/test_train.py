from __future__ import annotations

from pathlib import Path

import pytest

from tools import train


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "config.yml").write_text("language: zh\n")
    (tmp_path / "data" / "nlu" / "bills.yml").write_text("nlu: []\n")
    monkeypatch.setattr(train, "ROOT", tmp_path)
    return tmp_path


def digest() -> str:
    return train.digest(("config.yml", "data"))


def test_the_same_inputs_have_the_same_hash(repository: Path) -> None:
    assert digest() == digest()


def test_a_changed_a_new_and_a_renamed_file_each_change_the_hash(repository: Path) -> None:
    hashes = [digest()]
    (repository / "data" / "nlu" / "bills.yml").write_text("nlu: [1]\n")
    hashes.append(digest())
    (repository / "data" / "rules.yml").write_text("rules: []\n")
    hashes.append(digest())
    (repository / "data" / "rules.yml").rename(repository / "data" / "stories.yml")
    hashes.append(digest())
    assert len(set(hashes)) == 4


def test_what_python_leaves_behind_does_not_change_the_hash(repository: Path) -> None:
    before = digest()
    (repository / "data" / "__pycache__").mkdir()
    (repository / "data" / "__pycache__" / "x.pyc").write_bytes(b"\0")
    assert digest() == before


def test_only_the_lines_that_show_progress_are_worth_printing() -> None:
    line = "2026-11-08 12:00:00 INFO     rasa.engine.training.hooks  - Starting to train component 'SkLearn'."
    assert train._worth(line) == "Starting to train component 'SkLearn'"
    assert train._worth("INFO     rasa.shared.utils.validation  - Validating domain") is None
