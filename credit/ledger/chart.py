"""The chart of accounts, loaded from seeds/chart.yml and checked: which kinds there are and where they stand."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from credit.kernel.errors import CatalogueError, CreditError, ErrorCode

FILE = Path(__file__).resolve().parents[2] / "seeds" / "chart.yml"


class AccountClass(StrEnum):
    """Where an account stands in the general ledger."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"
    """Commitments, beside the balance sheet; they sum to zero by themselves."""


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountKind(_Checked):
    """What accounts of one kind have in common."""

    gl_class: AccountClass = Field(alias="class")
    side: Literal["customer", "house"]
    part: Literal["principal", "interest", "fee", "penalty"] | None = None
    """For receivables: what they are made of."""
    held: bool = False
    """Whether accounts of this kind move only together with a hold."""
    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    @model_validator(mode="after")
    def sensible(self) -> AccountKind:
        if self.part is not None and (self.side, self.gl_class) != ("customer", AccountClass.ASSET):
            raise ValueError("only what customers owe has a part")
        if self.held and self.side != "customer":
            raise ValueError("a held account needs a balance row, so it is a customer's")
        return self


class Chart(_Checked):
    """All kinds and the lender's own accounts."""

    back_dating_days: int = Field(ge=0, le=31)
    kinds: dict[str, AccountKind] = Field(min_length=1)
    house: dict[str, str] = Field(min_length=1)
    """Account code to kind."""

    @model_validator(mode="after")
    def house_kinds_are_known(self) -> Chart:
        for code, kind in self.house.items():
            if kind not in self.kinds or self.kinds[kind].side != "house":
                raise ValueError(f"{code}: {kind} is not a kind of house account")
        names = [kind.en for kind in self.kinds.values()] + [kind.zh for kind in self.kinds.values()]
        if len(set(names)) != len(names):
            raise ValueError("two kinds have the same name")
        return self

    def kind(self, name: str) -> AccountKind:
        """Raises ACCOUNT_KIND_UNKNOWN."""
        if name not in self.kinds:
            raise CreditError(ErrorCode.ACCOUNT_KIND_UNKNOWN, name)
        return self.kinds[name]


def load_chart(path: Path = FILE) -> Chart:
    """Read and check a chart file. Raises CatalogueError naming the place of every fault."""
    try:
        return Chart.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name}: not YAML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CatalogueError(f"{path.name}: {faults}") from error


@cache
def chart() -> Chart:
    """The lender's chart, read once."""
    return load_chart()
