"""What callers may ask about the regulations."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govshare import regulations
from ckanext.govshare.domain.calendar import FIRST_START, LAST_START, SHANGHAI, shanghai_date
from ckanext.govshare.domain.profiles import Rule


def regulation_show() -> dict[str, Any]:
    """`profile`: a profile's id, by default the one in force here; `id` is taken for it too."""
    known = [tk.get_validator("ignore_empty"), tk.get_validator("unicode_safe"), known_profile]
    return {"profile": known, "id": known}


def deadline_compute() -> dict[str, Any]:
    """`profile` as above, `rule` and `start` (an ISO date, or a time; without a zone it is Shanghai's)."""
    given = [tk.get_validator("not_empty"), tk.get_validator("unicode_safe")]
    return {
        "profile": [tk.get_validator("ignore_empty"), tk.get_validator("unicode_safe"), known_profile],
        "rule": [*given, known_rule],
        "start": [tk.get_validator("not_empty"), start_date],
    }


def known_profile(value: str) -> str:
    known = regulations.regimes()
    if value not in known:
        raise tk.Invalid(tk._("There is no such profile. Known profiles: {names}").format(names=", ".join(known)))
    return value


def known_rule(value: str) -> Rule:
    try:
        return Rule(value)
    except ValueError:
        raise tk.Invalid(tk._("There is no such rule. Known rules: {names}").format(names=", ".join(Rule))) from None


def start_date(value: Any) -> date:
    """The date in Shanghai of an ISO date or time."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
        start = shanghai_date(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))
    except (ValueError, OverflowError):
        raise tk.Invalid(tk._("Enter a date such as 2026-03-02, or a time such as 2026-03-02T09:30:00+08:00")) from None
    if not FIRST_START <= start <= LAST_START:
        raise tk.Invalid(tk._("Enter a date between {first} and {last}").format(first=FIRST_START, last=LAST_START))
    return start
