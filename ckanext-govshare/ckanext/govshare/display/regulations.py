"""What the pages on regulations show beside the texts themselves."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from babel.dates import format_date, get_month_names
from ckan import model
from ckan.lib.i18n import get_lang

from ckanext.govshare import regulations
from ckanext.govshare.domain.rule_texts import VALUE_TEXTS
from ckanext.govshare.logic.wording import translate


def warnings_for(user: model.User | None) -> list[str]:
    """Texts in force here that end soon or have ended, for the operator; nothing for anybody else."""
    return [translate(message) for message in regulations.warnings()] if user and user.sysadmin else []


def length(limit: dict[str, Any]) -> str:
    """The limit as people say it: so many working days, or the end of a month."""
    if limit["month_end"]:
        month = get_month_names("abbreviated", context="stand-alone", locale=get_lang())[limit["month_end"]]
        return str(tk._("By the end of {month}").format(month=month))
    text = tk._("At most {days} working days") if limit["maximum"] else tk._("{days} working days")
    return str(text.format(days=limit["working_days"]))


def value_text(value: Any) -> str:
    """A provision's value in words; what has none of its own is shown as the text has it."""
    if isinstance(value, list | tuple):
        return ", ".join(value_text(item) for item in value)
    return translate(VALUE_TEXTS[value]) if value in VALUE_TEXTS else str(value)


def weekday(day: str) -> str:
    return str(format_date(date.fromisoformat(day), "EEEE", locale=get_lang()))
