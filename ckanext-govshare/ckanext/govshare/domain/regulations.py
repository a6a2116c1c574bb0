"""Which text of a chain speaks on a question, and how long a text is valid.

Pure. Where a profile is silent its fallback speaks (city, province, State Council); where the whole chain is silent
the platform's defaults do, and those are never law.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, cast

from ckanext.govshare.domain.profiles import (
    DefaultLimit,
    Defaults,
    Limit,
    ObjectionSuspension,
    Overdue,
    Profile,
    ProfileError,
    Provision,
    Rule,
    SharingBasis,
    Topic,
)
from ckanext.govshare.domain.wording import Message

WARNING_DAYS = 90


class Validity(StrEnum):
    IN_FORCE = "in_force"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True)
class Citation:
    """An article of a text, its words, and the text."""

    profile: str
    document: str
    article: str
    quotation: str

    def __str__(self) -> str:
        return f"{self.document} {self.article}"


@dataclass(frozen=True)
class AppliedLimit:
    """A limit as it applies under `profile`; `source` is None and `law` false for a platform default."""

    profile: str
    rule: Rule
    working_days: int | None
    month_end: int | None
    maximum: bool
    overdue: Overdue
    source: Citation | None
    analogy: str | None = None

    @property
    def law(self) -> bool:
        return self.source is not None

    @property
    def article(self) -> str | None:
        return str(self.source) if self.source else None


@dataclass(frozen=True)
class Regime:
    """A profile with the texts it falls back to (`chain`, itself first) and the platform's defaults."""

    chain: tuple[Profile, ...]
    defaults: Defaults
    texts: Mapping[str, Profile]

    @property
    def profile(self) -> Profile:
        return self.chain[0]

    def limit(self, rule: Rule) -> AppliedLimit | None:
        """The limit for `rule`, or None where neither a text nor the platform sets one."""
        for text in self.chain:
            found = text.limits.get(rule)
            if found:
                return self._applied(rule, found, source=_citation(text, found))
        default = self.defaults.limits.get(rule)
        return self._applied(rule, default, analogy=self._analogy(default)) if default else None

    def cite(self, topic: Topic) -> Citation | None:
        """The article that speaks on `topic`, from the nearest text that has one."""
        return next((_citation(t, t.articles[topic]) for t in self.chain if topic in t.articles), None)

    def provision(self, name: str) -> tuple[Citation, Provision] | None:
        """What the nearest text says on `name`, a field of Provisions, with its citation."""
        for text in self.chain:
            found = getattr(text.provisions, name)
            if found is not None:
                return _citation(text, found), found
        return None

    @property
    def sharing_basis_required_for(self) -> frozenset[str]:
        """The sharing attributes that an entry may only have with a basis."""
        found = self.provision("sharing_basis")
        if not found:
            return frozenset()
        basis = cast(SharingBasis, found[1])
        return frozenset(basis.required_for) | frozenset(basis.by_default)

    @property
    def objection_suspends(self) -> Literal["always", "where_necessary"]:
        found = self.provision("objection_suspension")
        return cast(ObjectionSuspension, found[1]).when if found else self.defaults.objection_suspension

    def _analogy(self, default: DefaultLimit) -> str | None:
        like = default.by_analogy_with
        return self.texts[like.profile].cite(like.article) if like else None

    def _applied(self, rule: Rule, length: Limit | DefaultLimit, source: Citation | None = None,
                 analogy: str | None = None) -> AppliedLimit:
        return AppliedLimit(self.profile.id, rule, length.working_days, length.month_end, length.maximum,
                            length.overdue, source, analogy)


def _citation(text: Profile, found: Limit | Provision) -> Citation:
    return Citation(text.id, text.document, found.article, found.quotation)


def build_regimes(texts: Mapping[str, Profile], defaults: Defaults) -> dict[str, Regime]:
    """Each profile with its chain. Raises ProfileError for a reference to no profile, or a chain in a circle."""
    for rule, default in defaults.limits.items():
        like = default.by_analogy_with
        if like and like.profile not in texts:
            raise ProfileError(f"limits.{rule}.by_analogy_with: there is no profile {like.profile!r}")
    return {id: Regime(_chain(id, texts), defaults, texts) for id in texts}


def _chain(id: str, texts: Mapping[str, Profile]) -> tuple[Profile, ...]:
    chain: list[Profile] = []
    following: str | None = id
    while following:
        if following not in texts:
            raise ProfileError(f"{id}: fallback: there is no profile {following!r}")
        if texts[following] in chain:
            raise ProfileError(f"{id}: fallback: the chain runs in a circle at {following!r}")
        chain.append(texts[following])
        following = texts[following].fallback
    return tuple(chain)


def validity(text: Profile, today: date) -> Validity:
    """Whether `text` is in force on `today`, within 90 days of its end, or past it."""
    if text.valid_until is None or today < text.valid_until - timedelta(days=WARNING_DAYS):
        return Validity.IN_FORCE
    return Validity.ENDING if today <= text.valid_until else Validity.ENDED


def validity_warnings(regime: Regime, today: date) -> list[Message]:
    """What the operator is told about texts of the chain that end soon or have ended. Their limits keep applying."""
    return [_warning(text, today) for text in regime.chain if validity(text, today) is not Validity.IN_FORCE]


def _warning(text: Profile, today: date) -> Message:
    end = cast(date, text.valid_until)
    if validity(text, today) is Validity.ENDED:
        return Message("The validity of {document} ended on {date}. It stays applied until another profile is chosen.",
                       document=text.document, date=end.isoformat())
    return Message("The validity of {document} ends on {date}, in {days} days. It stays applied until another profile "
                   "is chosen.", document=text.document, date=end.isoformat(), days=(end - today).days)
