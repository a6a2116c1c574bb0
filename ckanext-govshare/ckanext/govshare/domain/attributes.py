"""Attributes of a catalogue entry: what may be said together, and what has to be said before review.

One set of rules for form, API and import (CAT-1, CAT-5, ATT-1 to ATT-5, OPN-2). Pure: the values come in as JSON gives
them, also when they are hostile, and all errors go out at once, by field.

A draft may be incomplete, so `check` refuses only malformed values and contradictions in it; what is missing is refused
when the entry is submitted (`complete=True`).
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

from ckanext.govshare.domain import codes, info_items
from ckanext.govshare.domain.choices import (
    CHOICES,
    LISTS,
    Attribute,
    CatalogKind,
    DataType,
    FormatClass,
    OpenGround,
    SharingMode,
    SharingPurpose,
    UpdateFrequency,
)
from ckanext.govshare.domain.codes import catalog_code, parse_category_code
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.profiles import SharingBasis, Topic
from ckanext.govshare.domain.regulations import Regime
from ckanext.govshare.domain.wording import Message

__all__ = [
    "CHOICES", "FLAGS", "LISTS", "TEXTS", "Attribute", "AttributeRules", "CatalogKind", "DataType", "FormatClass",
    "Narrowing", "OpenGround", "SharingMode", "SharingPurpose", "UpdateFrequency", "catalog_code", "check", "narrowed",
    "parse_category_code",
]

# A citation such as `郴政发〔2022〕2号 第二十五条`, or the words that it is no citation.
Source = str | Message
PLATFORM_RULE = Message("a rule of this platform, not of law")


@dataclass(frozen=True)
class AttributeRules:
    """What the regulations in force say about attributes: each rule with the citation that people are shown.

    `sharing_basis` holds the sharing types that need a legal basis: both restricted ones in Chenzhou, Hunan and
    Liaoning, `none` alone in the State Council's text. What no text of the chain says is the platform's own rule.
    """

    catalog: Source
    use: Source
    sharing: Source
    sharing_basis: Mapping[Attribute, Source]
    opening: Source
    ground: Source
    disclosure: Source
    authorisation: Source

    @classmethod
    def of(cls, regime: Regime) -> AttributeRules:
        """The rules of a profile with the texts that it falls back to."""
        def cite(topic: Topic) -> Source:
            found = regime.cite(topic)
            return str(found) if found else PLATFORM_RULE

        return cls(
            catalog=cite(Topic.CATALOG_CONTENT), use=cite(Topic.CATALOG_USE),
            sharing=cite(Topic.SHARING_ATTRIBUTE), sharing_basis=_sharing_basis(regime),
            opening=cite(Topic.OPEN_ATTRIBUTE), ground=cite(Topic.OPEN_GROUND),
            disclosure=cite(Topic.PROACTIVE_DISCLOSURE), authorisation=cite(Topic.PLATFORM_AUTHORISATION),
        )


def _sharing_basis(regime: Regime) -> dict[Attribute, Source]:
    found = regime.provision("sharing_basis")
    if found is None:
        return {}
    citation, provision = found
    basis = cast(SharingBasis, provision)
    needed: dict[Attribute, Source] = {Attribute(name): PLATFORM_RULE for name in basis.by_default}
    return needed | {Attribute(name): str(citation) for name in basis.required_for}


@dataclass(frozen=True)
class Narrowing:
    """An attribute made narrower: a violation unless it is reviewed on a stated basis (001 第四十一条第一项)."""

    field: str
    before: str
    after: str


FLAGS = ("proactively_disclosed", "platform_authorised", "sample_data")
# Longest text of each field, in characters: enough for any law's wording, too short to burden page and index.
TEXTS: Mapping[str, int] = {
    "title": 200, "notes": 5000, "category_code": 60, "sharing_condition": 2000, "sharing_basis": 2000,
    "open_condition": 2000, "open_basis": 2000, "issued": 10,
}
MAX_RELATED_CODES = 100

_REQUIRED = ("title", "notes", "catalog_kind", "category_code", "format_class", "update_frequency",
             "sharing_type", "open_type")
# Files, pictures and streams have no columns to describe.
_TABULAR = (FormatClass.SPREADSHEET, FormatClass.DATABASE, FormatClass.SERVICE)
_ATTRIBUTES = ("open_type", "sharing_type")

Errors = Iterator[tuple[str, Message]]


def check(entry: Mapping[str, Any], rules: AttributeRules, complete: bool) -> dict[str, list[Message]]:
    """All that is wrong with `entry`, by field; empty when nothing is.

    entry: the fixed dataset fields, absent or blank where nothing was said. Other fields are not looked at.
    complete: True for submission (what is required must be there), False for a draft.
    """
    errors: dict[str, list[Message]] = {}
    for field, message in _all_errors(entry, rules, complete):
        errors.setdefault(field, []).append(message)
    return errors


def narrowed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Narrowing]:
    """Open and sharing type that `after` makes narrower than `before` (001 第四十一条第一项)."""
    found = []
    for field in _ATTRIBUTES:
        old, new = _attribute(before, field), _attribute(after, field)
        if old and new and _WIDTH[new] < _WIDTH[old]:
            found.append(Narrowing(field, old.value, new.value))
    return found


_WIDTH = {Attribute.NONE: 0, Attribute.CONDITIONAL: 1, Attribute.UNCONDITIONAL: 2}


def _all_errors(entry: Mapping[str, Any], rules: AttributeRules, complete: bool) -> Errors:
    yield from _malformed(entry)
    yield from _contradictions(entry, rules)
    for message in info_items.errors(entry.get("info_items"), complete):
        yield "info_items", message
    if complete:
        yield from _missing(entry, rules)


def _malformed(entry: Mapping[str, Any]) -> Errors:
    for field, limit in TEXTS.items():
        if error := text_error(entry.get(field), limit):
            yield field, error
    for field, choices in CHOICES.items():
        value = entry.get(field)
        if not is_blank(value) and value not in list(choices):
            yield field, _not_a_choice(value, choices)
    for field, choices in LISTS.items():
        yield from _malformed_list(field, entry.get(field), choices)
    for field in FLAGS:
        if not is_blank(entry.get(field)) and not isinstance(entry[field], bool):
            yield field, Message("Expected true or false")
    yield from _malformed_codes(entry)


def _malformed_list(field: str, value: Any, choices: type[StrEnum]) -> Errors:
    if is_blank(value):
        return
    if not isinstance(value, list):
        yield field, Message("Expected a list of values")
    elif wrong := [element for element in value if element not in list(choices)]:
        yield field, _not_a_choice(wrong[0], choices)


def _malformed_codes(entry: Mapping[str, Any]) -> Errors:
    code = entry.get("category_code")
    if isinstance(code, str) and not is_blank(code) and codes.parse_category_code(code) is None:
        yield "category_code", codes.CATEGORY_GRAMMAR
    issued = entry.get("issued")
    if isinstance(issued, str) and not is_blank(issued) and not _is_date(issued):
        yield "issued", Message("Expected a date such as 2026-03-02")
    related = entry.get("related_codes")
    if is_blank(related):
        return
    if not isinstance(related, list) or len(related) > MAX_RELATED_CODES:
        yield "related_codes", Message("Expected a list of at most {limit} codes", limit=MAX_RELATED_CODES)
    elif any(not codes.is_catalog_code(element) for element in related):
        yield "related_codes", codes.CATALOG_GRAMMAR


def _contradictions(entry: Mapping[str, Any], rules: AttributeRules) -> Errors:
    """What cannot both be true, in a draft as little as in a submitted entry.

    A condition without conditional sharing or opening, and a ground for withholding what is opened, would leave
    readers in doubt which of the two counts. Sharing with nobody leaves no way and no purpose of sharing to state.
    What no other department may have cannot be for everyone (a department is a legal person too, 第二十五条第二款).
    A legal basis is never a contradiction: laws also oblige to share and to open.
    """
    sharing, opening = _attribute(entry, "sharing_type"), _attribute(entry, "open_type")
    if sharing not in (None, Attribute.CONDITIONAL) and not is_blank(entry.get("sharing_condition")):
        yield "sharing_condition", Message("A sharing condition is given, but sharing is not conditional ({article})",
                                           article=rules.sharing)
    if opening not in (None, Attribute.CONDITIONAL) and not is_blank(entry.get("open_condition")):
        yield "open_condition", Message("An opening condition is given, but opening is not conditional ({article})",
                                        article=rules.opening)
    if opening not in (None, Attribute.NONE) and not is_blank(entry.get("open_ground")):
        yield "open_ground", Message("A ground for not opening is given, but the data is opened ({article})",
                                     article=rules.ground)
    yield from _sharing_none(entry, rules, sharing, opening)
    if entry.get("proactively_disclosed") is True and opening not in (None, Attribute.UNCONDITIONAL):
        yield "open_type", Message("What was proactively disclosed is opened unconditionally ({article})",
                                   article=rules.disclosure)
    if entry.get("platform_authorised") is True and opening is Attribute.NONE:
        yield "platform_authorised", Message("The platform cannot be authorised to open what is not opened ({article})",
                                             article=rules.authorisation)


def _sharing_none(entry: Mapping[str, Any], rules: AttributeRules, sharing: Attribute | None,
                  opening: Attribute | None) -> Errors:
    if sharing is not Attribute.NONE:
        return
    for field in LISTS:
        if not is_blank(entry.get(field)):
            yield field, Message("Nothing is shared, so leave this empty ({article})", article=rules.sharing)
    if opening not in (None, Attribute.NONE):
        yield "open_type", Message("What is not shared with departments cannot be opened to the public ({article})",
                                   article=rules.sharing)


def _missing(entry: Mapping[str, Any], rules: AttributeRules) -> Errors:
    for field in _REQUIRED:
        if is_blank(entry.get(field)):
            yield field, Message("Required before review ({article})", article=rules.catalog)
    if entry.get("format_class") in _TABULAR and is_blank(entry.get("info_items")):
        yield "info_items", Message("Describe at least one information item ({article})", article=rules.catalog)
    yield from _missing_sharing(entry, rules)
    yield from _missing_opening(entry, rules)


def _missing_sharing(entry: Mapping[str, Any], rules: AttributeRules) -> Errors:
    sharing = _attribute(entry, "sharing_type")
    if sharing is Attribute.CONDITIONAL and is_blank(entry.get("sharing_condition")):
        yield "sharing_condition", Message("Conditional sharing states its condition ({article})",
                                           article=rules.sharing)
    if sharing and sharing in rules.sharing_basis and is_blank(entry.get("sharing_basis")):
        yield "sharing_basis", Message("This sharing type needs a legal basis ({article})",
                                       article=rules.sharing_basis[sharing])
    if sharing in (Attribute.UNCONDITIONAL, Attribute.CONDITIONAL):
        for field in LISTS:
            if is_blank(entry.get(field)):
                yield field, Message("State how and for what the data is shared ({article})", article=rules.use)


def _missing_opening(entry: Mapping[str, Any], rules: AttributeRules) -> Errors:
    opening = _attribute(entry, "open_type")
    if opening is Attribute.CONDITIONAL and is_blank(entry.get("open_condition")):
        yield "open_condition", Message("Conditional opening states its condition ({article})", article=rules.opening)
    if opening is Attribute.NONE and is_blank(entry.get("open_ground")):
        yield "open_ground", Message("State the ground for not opening the data ({article})", article=rules.ground)
    if opening is Attribute.NONE and is_blank(entry.get("open_basis")):
        yield "open_basis", Message("Not opening the data needs a legal basis ({article})", article=rules.ground)


def _attribute(entry: Mapping[str, Any], field: str) -> Attribute | None:
    value = entry.get(field)
    return Attribute(value) if value in list(Attribute) else None


def _not_a_choice(value: Any, choices: type[StrEnum]) -> Message:
    shown = value[:40] if isinstance(value, str) else type(value).__name__
    return Message("“{value}” is none of {choices}", value=shown, choices=", ".join(choices))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
