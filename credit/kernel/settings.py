"""Where things are and what they share, read once from the environment."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRETS_FILE = "secrets.json"
SECRET_NAMES = ("JWT_SECRET", "INTERNAL_SECRET")


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's view of its surroundings. Secrets are never printed."""

    data_dir: Path
    database_url: str
    host: str
    port: int
    rasa_port: int
    actions_port: int
    demo: bool
    jwt_secret: str
    internal_secret: str

    def __repr__(self) -> str:
        return f"Settings(data_dir={str(self.data_dir)!r}, port={self.port}, demo={self.demo})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Raises ValueError that names the variable when a port is not a number."""
        env = os.environ if environment is None else environment
        data_dir, database_url = places(env)
        shared = load_secrets(data_dir, env)
        return cls(
            data_dir=data_dir,
            database_url=database_url,
            host=env.get("HOST", "127.0.0.1"),
            port=_port(env, "PORT", 8080),
            rasa_port=_port(env, "RASA_PORT", 5005),
            actions_port=_port(env, "ACTIONS_PORT", 5055),
            demo=env.get("XINZHANG_DEMO") == "1",
            jwt_secret=shared["JWT_SECRET"],
            internal_secret=shared["INTERNAL_SECRET"],
        )


def places(env: Mapping[str, str]) -> tuple[Path, str]:
    """The data directory and the database's address, without making either."""
    data_dir = Path(env.get("DATA_DIR", ".data"))
    return data_dir, env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'xinzhang.db'}"


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise ValueError(f"{name} must be a port number, got {text!r}")
    return int(text)


def load_secrets(data_dir: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The shared secrets: from the environment, else from the data directory, where they are made once."""
    if all(env.get(name) for name in SECRET_NAMES):
        return {name: env[name] for name in SECRET_NAMES}
    path = data_dir / SECRETS_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _make_secrets(path)
    stored: dict[str, str] = json.loads(path.read_text())
    return {name: env.get(name) or stored[name] for name in SECRET_NAMES}


def _make_secrets(path: Path) -> None:
    """Of processes that start together one wins; a link appears with all its content, so the others read it whole."""
    handle, scrap = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps({name: secrets.token_urlsafe(48) for name in SECRET_NAMES}))
        with contextlib.suppress(FileExistsError):
            os.link(scrap, path)
    finally:
        Path(scrap).unlink()
