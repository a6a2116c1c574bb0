"""The text of data-use agreements: Markdown with named fields, filled in once and fixed by its hash (ACC-3).

Agreements are legal documents in Chinese, whatever language a page is read in; the words that fill fields are therefore
Chinese here and not translated. What an applicant wrote is filled in as plain words: it can add no clause. Pure.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain import markdown
from ckanext.govshare.domain.application_forms import ApplicantKind, day
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.profiles import Profile, Topic
from ckanext.govshare.domain.regulations import Regime
from ckanext.govshare.domain.wording import Message

MAX_TITLE, MAX_BODY = 200, 50_000
MAX_BLOCKS = 1000  # headings, paragraphs, items and cells: a copy of so many is made in two seconds
NOTHING = "无"
NUMBER = "agreement_id"  # by which a text belongs to one agreement alone
# Where no text of the chain speaks.
SILENT = "国家有关规定"

# What a template may name, with what an editor is told of it.
FIELDS: Mapping[str, Message] = {
    "agreement_id": Message("The number of the agreement"),
    "entry_title": Message("The title of the data"),
    "catalog_code": Message("The catalogue code of the data"),
    "open_condition": Message("The condition under which the data is opened"),
    "department": Message("The department that provides the data"),
    "department_uscc": Message("The department's unified social credit code"),
    "applicant": Message("Who applied, by name"),
    "applicant_kind": Message("Whether that is a natural person, a legal entity or another organisation"),
    "uscc": Message("The applicant's unified social credit code"),
    "purpose": Message("The purpose of use"),
    "scene": Message("The scene of use"),
    "security_measures": Message("The applicant's security measures"),
    "period_start": Message("The first day of use"),
    "period_end": Message("The last day of use"),
    "conditions": Message("What the department added when it approved"),
    "limits": Message("The agreed limits of fetching"),
    "platform": Message("The platform's address"),
    "decided_on": Message("The day of the approval"),
    "legal_basis": Message("The texts and articles that conditional opening and the duties of users rest on"),
    "terms_basis": Message("The article on what users may not do"),
    "misuse_basis": Message("The article by which misuse ends the use, applied by analogy"),
}

_KINDS: Mapping[str, str] = {
    ApplicantKind.NATURAL_PERSON: "自然人", ApplicantKind.LEGAL_ENTITY: "法人", ApplicantKind.OTHER_ORGANISATION: "非法人组织"}
_BRACES = re.compile(r"\{([^{}\n]*)\}|[{}]")
# Markdown's own escapes, and entities for what it has no escape for.
_ESCAPED = str.maketrans({char: "\\" + char for char in "\\`*_{}[]#!~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"})
_NUMBERED = re.compile(r"^(\d+)([.)])")


class Scope(StrEnum):
    """For what a template holds; the narrowest that has one wins."""

    SITE = "site"
    DEPARTMENT = "department"
    ENTRY = "entry"


@dataclass(frozen=True)
class Template:
    """A version of the text for a scope. `scope_id`: empty for the site, else an organization's or an entry's id.

    Version 0 is the one that comes with the platform. `sign_again`: agreements in force are to be signed anew with it.
    """

    scope: Scope
    scope_id: str
    version: int
    title: str
    body: str
    sign_again: bool = False


Errors = dict[str, list[Message]]


def normalised(text: str) -> str:
    """`text` with line ends as they are hashed: one line feed each, one at the end."""
    return "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 of the text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def check(title: str, body: str) -> Errors:
    """What is wrong with a template, by field; empty if nothing. An unknown field is named."""
    errors: Errors = {}
    for name, value, limit in (("title", title, MAX_TITLE), ("body", body, MAX_BODY)):
        if is_blank(value):
            errors[name] = [Message("Missing value")]
        elif error := text_error(value, limit):
            errors[name] = [error]
    if "title" not in errors and len(title.strip().splitlines()) > 1:
        errors["title"] = [Message("A title is one line")]
    if "body" not in errors and (wrong := [*_wrong_fields(body), *_wrong_shape(body)]):
        errors["body"] = wrong
    return errors


def _wrong_fields(body: str) -> list[Message]:
    named = [match.group(1) for match in _BRACES.finditer(body)]
    wrong = [Message("“{field}” is none of the fields that a template may name", field="{" + name + "}")
             for name in dict.fromkeys(n for n in named if n is not None) if name not in FIELDS]
    if NUMBER not in named:
        wrong.append(Message("The text has to name {field}, else two agreements could be taken for one another",
                             field="{" + NUMBER + "}"))
    if None in named:
        wrong.append(Message("A brace without its partner: fields are written {example}", example="{purpose}"))
    return wrong


def _wrong_shape(body: str) -> list[Message]:
    """Nothing of an agreement may be missing from the page on which it is signed, and a copy has to be made while one waits."""
    if markdown.is_too_deep(body):
        return [Message("Lists and quotations lie within one another deeper than is shown")]
    if (count := markdown.blocks(body)) > MAX_BLOCKS:
        return [Message("{count} headings, paragraphs, items and cells; at most {limit} are allowed",
                        count=count, limit=MAX_BLOCKS)]
    return []


def render(body: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in, as it is signed. `body` was checked; `values` are plain words."""
    return normalised(_BRACES.sub(lambda match: plain(values.get(match.group(1), "")), body))


def plain(value: str) -> str:
    """`value` on one line, with nothing in it that Markdown would take for markup; 无 for nothing."""
    line = " ".join(value.split()).translate(_ESCAPED) or NOTHING
    if line[0] in "+-=":
        line = f"&#{ord(line[0])};{line[1:]}"
    return _NUMBERED.sub(lambda match: f"{match.group(1)}&#{ord(match.group(2))};", line)


def chinese_date(value: date | None) -> str:
    """A day as agreements write it, such as 2026年3月2日; empty for none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def limits_text(limits: Mapping[str, Any]) -> str:
    """The limits of a decision in words; empty where there are none."""
    words = {
        "formats": "获取格式限于 {}", "daily_calls": "每日调用接口不超过 {} 次", "daily_rows": "每日获取不超过 {} 行",
        "downloads": "下载总数不超过 {} 次", "addresses": "访问来源地址限于 {}"}
    said = [text.format("、".join(map(str, value)) if isinstance(value, list | tuple) else value)
            for name, text in words.items() if (value := limits.get(name))]
    return "；".join(said)


def legal_bases(regime: Regime) -> dict[str, str]:
    """The fields that cite the regulations in force: each text of the chain once, with its articles on opening and use."""
    cited: dict[str, list[str]] = {}
    for citation in filter(None, map(regime.cite, (Topic.CONDITIONAL_ACCESS, Topic.TERMS_OF_USE))):
        cited.setdefault(citation.profile, []).append(citation.article)
    named = [_full_name(text) + "、".join(cited.get(text.id, ())) for text in regime.chain
             if text.id in cited or text in (regime.chain[0], regime.chain[-1])]
    return {"legal_basis": "和".join(named), "terms_basis": _article(regime, Topic.TERMS_OF_USE),
            "misuse_basis": _article(regime, Topic.MISUSE)}


def _full_name(text: Profile) -> str:
    return f"《{text.title}》" + (f"（{text.number}）" if text.number else "")


def _article(regime: Regime, topic: Topic) -> str:
    found = regime.cite(topic)
    return f"{found.document}{found.article}" if found else SILENT


def values_of(application: Application, about: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What fills the fields of an agreement on an approved application.

    `about`: the fields that others know: agreement_id, entry_title, catalog_code, department, department_uscc, platform,
    and those of `legal_bases`.
    """
    form, decision = application.form, application.decision
    return {
        **about, "open_condition": application.terms.open_condition, "applicant": form.applicant_name,
        "applicant_kind": _KINDS.get(form.applicant_kind, ""), "uscc": form.uscc, "purpose": form.purpose, "scene": form.scene,
        "security_measures": form.security_measures, "conditions": decision.conditions, "limits": limits_text(decision.limits),
        "period_start": chinese_date(day(decision.period_start)), "period_end": chinese_date(day(decision.period_end)),
        "decided_on": chinese_date(shanghai_date(application.decided_at or now)),
    }
