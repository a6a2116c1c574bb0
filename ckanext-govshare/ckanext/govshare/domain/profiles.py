"""What each regulation sets, as data: the shape of a profile and of the platform's defaults, and their parsing.

Pure: mappings in, values out. A difference between two texts is a value here, never an `if` in code.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

import msgspec

T = TypeVar("T")

class Rule(StrEnum):
    """The limits that the platform computes."""

    CATALOG_UPDATE = "catalog_update"
    CATALOG_REVIEW = "catalog_review"
    APPEAL_DECISION = "appeal_decision"
    APPLICATION_REPLY = "application_reply"
    SHARING_REPLY = "sharing_reply"
    OUT_OF_CATALOG_REPLY = "out_of_catalog_reply"
    OBJECTION_VERIFICATION = "objection_verification"
    VERIFICATION_ANSWER = "verification_answer"
    VERIFICATION_EXTENSION = "verification_extension"
    ANNUAL_REPORT = "annual_report"


class Topic(StrEnum):
    """The questions on which pages and errors cite an article."""

    CATALOG_CONTENT = "catalog_content"
    CATALOG_KINDS = "catalog_kinds"
    CATALOG_REVIEW = "catalog_review"
    CATALOG_USE = "catalog_use"
    SINGLE_SOURCE = "single_source"
    SHARING_ATTRIBUTE = "sharing_attribute"
    SHARING_CONDITION = "sharing_condition"
    OPEN_ATTRIBUTE = "open_attribute"
    OPEN_GROUND = "open_ground"
    OPEN_LIST = "open_list"
    PROACTIVE_DISCLOSURE = "proactive_disclosure"
    MACHINE_READABLE = "machine_readable"
    PLATFORM_AUTHORISATION = "platform_authorisation"
    CONDITIONAL_ACCESS = "conditional_access"
    OBJECTION = "objection"
    VERIFICATION = "verification"
    TERMS_OF_USE = "terms_of_use"
    NARROWING = "narrowing"
    MISUSE = "misuse"
    DISPUTES = "disputes"
    TRACE = "trace"


class Overdue(StrEnum):
    """What the platform does when a limit has passed."""

    REPORT = "report"
    DEEMED_CONSENT = "deemed_consent"
    NONE = "none"


class ProfileError(ValueError):
    """A profile's data is wrong; the text names the file, the key and the reason."""


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parsed from a mapping; an unknown, missing or mistyped key is refused by name."""


_Days = Annotated[int, msgspec.Meta(ge=1, le=250)]
_Month = Annotated[int, msgspec.Meta(ge=1, le=12)]
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Article = Annotated[str, msgspec.Meta(pattern="^第[一二三四五六七八九十百]+条$")]


class Provision(_Data, frozen=True, kw_only=True):
    """An article and the words of it that are quoted, verbatim."""

    article: _Article
    quotation: _Text


class _Length(_Data, frozen=True, kw_only=True):
    """A number of working days, or the end of a month (1 = the last day of January)."""

    working_days: _Days | None = None
    month_end: _Month | None = None
    overdue: Overdue
    maximum: bool = False

    def __post_init__(self) -> None:
        if (self.working_days is None) == (self.month_end is None):
            raise ValueError("give either working_days or month_end")


class Limit(_Length, frozen=True, kw_only=True):
    """A limit that a text sets."""

    article: _Article
    quotation: _Text


class Analogy(_Data, frozen=True, kw_only=True):
    profile: _Text
    article: _Article


class DefaultLimit(_Length, frozen=True, kw_only=True):
    """A limit that the platform sets because no text does; `by_analogy_with` an article where there is one."""

    by_analogy_with: Analogy | None = None


class SharingBasis(Provision, frozen=True, kw_only=True):
    """The sharing attributes that need a basis in law, and those for which only the platform asks for one."""

    required_for: tuple[Literal["conditional", "none"], ...]
    by_default: tuple[Literal["conditional", "none"], ...] = ()


class ObjectionSuspension(Provision, frozen=True, kw_only=True):
    """Whether an objection with evidence suspends opening: always, or where the department finds it necessary."""

    when: Literal["always", "where_necessary"]


class YearlyMaintenance(Provision, frozen=True, kw_only=True):
    times: _Days


class NegativeList(Provision, frozen=True, kw_only=True):
    """Who approves the list of what is not shared: the competent department's review, or also the government."""

    approval: Literal["review", "government"]


class BaseLibraries(Provision, frozen=True, kw_only=True):
    names: tuple[_Text, ...]


class Provisions(_Data, frozen=True, kw_only=True):
    """What differs between the texts beside limits; None where a text is silent."""

    sharing_basis: SharingBasis | None = None
    objection_suspension: ObjectionSuspension | None = None
    yearly_maintenance: YearlyMaintenance | None = None
    negative_list: NegativeList | None = None
    base_libraries: BaseLibraries | None = None
    citizen_doubts_carried: Provision | None = None
    platform_pushes_doubts: Provision | None = None
    data_dispatch: Provision | None = None


class Profile(_Data, frozen=True, kw_only=True):
    """One text. `number` is None where the text as published here carries none."""

    id: _Text
    title: _Text
    number: _Text | None
    issuer: _Text
    in_force_from: date
    valid_until: date | None
    fallback: _Text | None
    opening_chapter: _Text | None
    limits: dict[Rule, Limit]
    provisions: Provisions
    articles: dict[Topic, Provision]

    @property
    def document(self) -> str:
        """How the text is cited: by its number, else by its title."""
        return self.number or f"《{self.title}》"

    def cite(self, article: str) -> str:
        return f"{self.document} {article}"


class Defaults(_Data, frozen=True, kw_only=True):
    """What the platform does where no text of a chain says anything; never law."""

    limits: dict[Rule, DefaultLimit]
    objection_suspension: Literal["always", "where_necessary"]


def parse_profile(data: object, file: str) -> Profile:
    """The profile that `data`, a parsed YAML document, describes.

    Raises ProfileError naming `file` and the key: limits and articles are parsed one by one to name theirs.
    """
    raw = _mapping(data, file)
    limits = _each(raw, "limits", Rule, Limit, file)
    articles = _each(raw, "articles", Topic, Provision, file)
    return _convert(raw | {"limits": limits, "articles": articles}, Profile, file)


def parse_defaults(data: object, file: str) -> Defaults:
    """The platform's defaults. Raises ProfileError naming `file` and the key."""
    raw = _mapping(data, file)
    return _convert(raw | {"limits": _each(raw, "limits", Rule, DefaultLimit, file)}, Defaults, file)


def _mapping(data: object, where: str) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise ProfileError(f"{where}: a mapping is expected")
    return dict(data)


def _each(raw: Mapping[str, Any], key: str, names: type[StrEnum], kind: type[T], file: str) -> dict[str, T]:
    items = _mapping(raw.get(key), f"{file}: {key}")
    unknown = [str(name) for name in items if name not in list(names)]
    if unknown:
        raise ProfileError(f"{file}: {key}.{unknown[0]}: unknown; known are {', '.join(names)}")
    return {name: _convert(value, kind, f"{file}: {key}.{name}") for name, value in items.items()}


def _convert(value: object, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ProfileError(f"{where}: {error}") from error
