"""The lenders whose pages may embed the assistant: their origins, and the keys that their tokens are signed with.

Read from the YAML file that LENDERS names; without one there is none, and only the gateway's own page and tokens count.

    lenders:
      - id: example
        origins: ["https://www.example.com"]
        issuer: https://login.example.com
        audience: xinzhang
        jwks_url: https://login.example.com/.well-known/jwks.json   # or jwks_file: keys.json
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

DEFAULT_PORTS = {"http": 80, "https": 443}


class Lender(BaseModel):
    """One lender as the gateway knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    origins: tuple[str, ...] = ()
    issuer: str
    audience: str
    jwks_url: str | None = None
    jwks_file: Path | None = None

    @field_validator("origins")
    @classmethod
    def exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != _origin(origin):
                raise ValueError(f"{origin!r} is not an origin as browsers write it: scheme, host, port if unusual")
        return origins

    @model_validator(mode="after")
    def one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("exactly one of jwks_url and jwks_file")
        return self


class Lenders(BaseModel):
    """All of them, by what is asked of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lenders: tuple[Lender, ...] = ()

    @model_validator(mode="after")
    def apart(self) -> Self:
        for what in ("id", "issuer"):
            names = [getattr(lender, what) for lender in self.lenders]
            if len(set(names)) != len(names):
                raise ValueError(f"two lenders have the same {what}")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Lenders:
        """Raises ValueError that names the place when the file is wrong, OSError when it is not there."""
        env = os.environ if environment is None else environment
        path = env.get("LENDERS")
        return cls.model_validate(yaml.safe_load(Path(path).read_text("utf-8")) or {}) if path else cls()

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(origin for lender in self.lenders for origin in lender.origins)

    def by_issuer(self, issuer: object) -> Lender | None:
        return next((lender for lender in self.lenders if lender.issuer == issuer), None)


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return ""
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
