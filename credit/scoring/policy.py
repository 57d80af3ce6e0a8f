"""The policy file: shape and sense, checked at start. What is wrong is named by its place, never filled in silently."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from credit.catalogue import Catalogue, load_catalogue
from credit.catalogue.models import Rate, Yuan
from credit.kernel.errors import CatalogueError
from credit.kernel.money import DAYS_IN_YEAR, PPM, Money
from credit.monitoring.policy import read_watching
from credit.scoring.cardfile import HIGHEST, LOWEST
from credit.scoring.history import FEWEST_KNOWN, MONTHS

DEFAULT = Path(__file__).resolve().parents[2] / "seeds" / "policy.yml"
Days = Annotated[int, Field(ge=0, le=3660)]
Points = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Gates(_Checked):
    """What refuses whatever the score is."""

    youngest: Annotated[int, Field(ge=18, le=100)]
    person_looks_below: Annotated[int, Field(ge=0, le=100)]
    """Younger customers are not refused: a person decides. 0 switches it off."""
    students_may_borrow: bool
    identity_required: bool
    blocked_refused: bool
    frozen_refused: bool
    most_days_overdue: Days
    most_bounced: Annotated[int, Field(ge=0, le=1000)]


class Band(_Checked):
    """What a score is worth; `from` and `to` are both in the band."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    lowest: Points = Field(alias="from")
    highest: Points = Field(alias="to")
    paylater: Yuan
    cashloan: Yuan
    daily_rate_ppm: Rate
    """Of a cash loan; pay-later costs what the product file says, for everybody."""

    @model_validator(mode="after")
    def ordered(self) -> Band:
        if self.lowest > self.highest:
            raise ValueError(f"band {self.name}: from {self.lowest} is above to {self.highest}")
        return self

    def most(self, product: str) -> Money:
        return self.paylater if product == "paylater" else self.cashloan


class ThinFile(_Checked):
    """What a customer may have of whom too little is known for a score."""

    fewest_statements: Annotated[int, Field(ge=FEWEST_KNOWN, le=MONTHS)]
    paylater: Yuan
    cashloan: Yuan
    daily_rate_ppm: Rate

    def most(self, product: str) -> Money:
        return self.paylater if product == "paylater" else self.cashloan


class Income(_Checked):
    """A bound by what comes in a month, as shares of it."""

    paylater_ppm: Annotated[int, Field(ge=0, le=100 * PPM)]
    cashloan_ppm: Annotated[int, Field(ge=0, le=100 * PPM)]
    transfers_count_ppm: Rate


class Limits(_Checked):
    step: Yuan
    both_lines: Yuan
    smallest_raise: Yuan
    largest_raise_ppm: Annotated[int, Field(ge=1, le=10 * PPM)]
    income: Income

    @model_validator(mode="after")
    def positive(self) -> Limits:
        for name in ("step", "smallest_raise"):
            if not getattr(self, name):
                raise ValueError(f"{name} must be positive")
        return self


class Cooling(_Checked):
    after_opening: Days
    after_raise: Days
    after_cut: Days
    after_refusal: Days


class Temporary(_Checked):
    lowest_score: Points
    most_in_a_year: Annotated[int, Field(ge=0, le=366)]


class Policy(_Checked):
    """Everything that a decision follows, besides the products' own bounds."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    gates: Gates
    bands: Annotated[list[Band], Field(min_length=1)]
    """Best first."""
    thin_file: ThinFile
    limits: Limits
    cooling_days: Cooling
    temporary: Temporary
    watching: Any = None
    """As it stands in the file; credit/monitoring/policy.py knows its shape."""
    _text: str = PrivateAttr("")

    @classmethod
    def load(cls, path: Path = DEFAULT, *, catalogue: Catalogue | None = None) -> Policy:
        """Read a policy file, check it, and check it against the products (seeds/products.yml unless given).

        Raises CatalogueError naming the place of every fault."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{path.name}: cannot be read: {error}") from error
        policy = cls.read(text, path.name)
        read_watching(policy.watching, path.name)
        if faults := policy.faults(catalogue or load_catalogue()):
            raise CatalogueError(f"{path.name}: " + "; ".join(faults))
        return policy

    @classmethod
    def read(cls, text: str, name: str = "policy") -> Policy:
        """A policy from the text of its file, by itself: stored ones were checked against the products of their day.

        Raises CatalogueError naming the place of every fault."""
        try:
            policy = cls.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise CatalogueError(f"{name}: not YAML: {error}") from error
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
            raise CatalogueError(f"{name}: " + "; ".join(faults)) from error
        policy._text = text  # noqa: SLF001  (our own)
        return policy

    @property
    def text(self) -> str:
        """The file, word for word."""
        return self._text

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return sha256(self._text.encode()).hexdigest()

    @model_validator(mode="after")
    def bands_cover_every_score_once(self) -> Policy:
        names = [band.name for band in self.bands]
        if len(set(names)) < len(names):
            raise ValueError("bands: a name stands twice")
        rising = self.bands[::-1]
        if rising[0].lowest != LOWEST:
            raise ValueError(f"bands: scores from {LOWEST} to {rising[0].lowest - 1} are in no band")
        if rising[-1].highest != HIGHEST:
            raise ValueError(f"bands: scores from {rising[-1].highest + 1} to {HIGHEST} are in no band")
        for worse, better in pairwise(rising):
            if better.lowest > worse.highest + 1:
                raise ValueError(
                    f"bands: hole between {worse.name} and {better.name}: scores from {worse.highest + 1} to "
                    f"{better.lowest - 1} are in no band"
                )
            if better.lowest <= worse.highest:
                raise ValueError(
                    f"bands: {worse.name} and {better.name} overlap, or do not stand best first: score {better.lowest}"
                )
        return self

    @model_validator(mode="after")
    def better_is_never_worse_off(self) -> Policy:
        for worse, better in pairwise(self.bands[::-1]):
            for name in ("paylater", "cashloan"):
                if getattr(better, name) < getattr(worse, name):
                    raise ValueError(f"bands: {better.name} gives less {name} than {worse.name}")
            if better.daily_rate_ppm > worse.daily_rate_ppm:
                raise ValueError(f"bands: {better.name} is dearer than {worse.name}")
        return self

    def band_of(self, points: int) -> Band:
        """The band of a score from 350 to 950."""
        return next(band for band in self.bands if band.lowest <= points <= band.highest)

    def faults(self, catalogue: Catalogue) -> list[str]:
        """What contradicts the products or the law. Policy may be stricter than the product file, never laxer."""
        found = []
        if self.gates.youngest < catalogue.borrowers.youngest:
            found.append(f"gates.youngest: products.yml allows nobody below {catalogue.borrowers.youngest}")
        if self.gates.students_may_borrow and not catalogue.borrowers.students_may_borrow:
            found.append("gates.students_may_borrow: products.yml forbids it")
        if self.limits.both_lines > catalogue.exposure.both_lines:
            found.append(f"limits.both_lines: above {catalogue.exposure.both_lines} of products.yml")
        places: list[tuple[str, Band | ThinFile]] = [(f"bands.{band.name}", band) for band in self.bands]
        for place, offer in [*places, ("thin_file", self.thin_file)]:
            found += [f"{place}.{fault}" for fault in _offer_faults(offer, catalogue)]
        return found


def _offer_faults(offer: Band | ThinFile, catalogue: Catalogue) -> list[str]:
    found = []
    for product, line in (("paylater", catalogue.paylater.line), ("cashloan", catalogue.cashloan.line)):
        most = offer.most(product)
        if most > line.largest:
            found.append(f"{product}: {most} is above the product's largest line, {line.largest}")
        if Money(0) < most < line.smallest:
            found.append(f"{product}: {most} is below the product's smallest line, {line.smallest}; write 0 to refuse")
    rate, sold = offer.daily_rate_ppm, catalogue.cashloan.daily_rate_ppm
    if not sold.lowest <= rate <= sold.highest:
        found.append(f"daily_rate_ppm: {rate} is not within {sold.lowest} to {sold.highest} of products.yml")
    if (yearly := yearly_ppm(rate)) > catalogue.cost.cap:
        found.append(f"daily_rate_ppm: {rate} a day is {yearly} a year, above the cap of {catalogue.cost.cap}")
    return found


def yearly_ppm(daily_rate_ppm: int) -> int:
    """The dearest reading of a daily rate: compounded every day of a year, rounded up to whole ppm."""
    grown: int = (PPM + daily_rate_ppm) ** DAYS_IN_YEAR
    whole: int = PPM ** (DAYS_IN_YEAR - 1)
    return -(-grown // whole) - PPM


@cache
def present_policy() -> Policy:
    """The lender's policy, read once."""
    return Policy.load()
