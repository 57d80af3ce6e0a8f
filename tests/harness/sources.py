"""The repository's own files, and what is written in them, for the tests of structure."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.console import ROOT

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
"""Ideographs. Full-width punctuation alone may be something to recognise, not something said."""


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file that would be committed: what .gitignore names is left out, without asking git."""
    return tuple(sorted(_walk(ROOT, _ignored())))


def python_files(*folders: str) -> list[Path]:
    """Our Python files below these folders."""
    return [path for path in repository_files() if path.suffix == ".py" and below(path, *folders)]


def below(path: Path, *folders: str) -> bool:
    return any(path.is_relative_to(ROOT / folder) for folder in folders)


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> set[str]:
    """The modules that a file imports, by full name; `from a import b` counts as a.b, since b may be a module."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def string_literals(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is not a docstring, the fixed parts of f-strings among them."""
    tree = parsed(path)
    bare = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


@cache
def domain() -> dict[str, Any]:
    """The files of bot/domain merged as Rasa merges them: lists are joined, mappings united."""
    merged: dict[str, Any] = {}
    for path in sorted((ROOT / "bot" / "domain").rglob("*.yml")):
        for key, value in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if isinstance(value, list):
                merged.setdefault(key, []).extend(value)
            elif isinstance(value, dict):
                merged.setdefault(key, {}).update(value)
            else:
                merged[key] = value
    return merged


def intents() -> list[str]:
    """The domain's intents, by name; one may be written with options (`- greet: {use_entities: []}`)."""
    return [next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain().get("intents", [])]


def wordings() -> Iterator[tuple[str, str]]:
    """Every sentence a customer may read from bot/domain: the response's name and one text, button or title of it."""
    for name, variations in domain().get("responses", {}).items():
        for variation in variations:
            yield from ((name, text) for text in _texts(variation))


def _texts(variation: dict[str, Any]) -> Iterator[str]:
    if variation.get("text"):
        yield variation["text"]
    for button in variation.get("buttons") or []:
        yield button["title"]


def _ignored() -> tuple[str, ...]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return (".git", *(line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")))


def _walk(folder: Path, ignored: tuple[str, ...]) -> Iterator[Path]:
    for entry in os.scandir(folder):
        path = Path(entry.path)
        if any(fnmatch(entry.name, pattern) or fnmatch(short(path), pattern.lstrip("/")) for pattern in ignored):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, ignored)
        elif entry.is_file(follow_symlinks=False):
            yield path
