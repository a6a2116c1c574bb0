"""What templates ask for, prefix `gs_`: each small, none decides anything."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from ckan.lib import helpers as core_helpers
from ckan.lib.i18n import get_lang

from ckanext.govshare import clock, config
from ckanext.govshare.display.appeals import gs_appeal_against, gs_appeal_remedy, gs_may_appeal
from ckanext.govshare.display.cases import (
    gs_answer,
    gs_applicant_kinds,
    gs_application_figures,
    gs_apply,
    gs_case_state,
    gs_channel,
    gs_grant_files,
    gs_last_day,
    gs_limits,
    gs_resource_name,
    gs_standing,
    gs_standing_name,
    gs_timeline,
    gs_use_terms,
)
from ckanext.govshare.display.catalog import (
    gs_field_label,
    gs_field_names,
    gs_label,
    gs_labels,
    gs_open_reason,
    gs_state_label,
    gs_value_lines,
)
from ckanext.govshare.display.datafiles import gs_column_type, gs_file_state, gs_reading, gs_severity, gs_upload_limit
from ckanext.govshare.display.entry_help import gs_cite, gs_themes
from ckanext.govshare.display.errors import gs_error_advice
from ckanext.govshare.display.markdown import markdown_extract, render_markdown
from ckanext.govshare.display.tables import gs_access, gs_api_examples, gs_current_file
from ckanext.govshare.display.tasks import gs_application_form, gs_countdown, gs_handlers, gs_reasons
from ckanext.govshare.logic import roles
from ckanext.govshare.repository import departments, notices

__all__ = [
    "gs_access", "gs_answer", "gs_api_examples", "gs_appeal_against", "gs_appeal_remedy", "gs_applicant_kinds",
    "gs_application_figures", "gs_application_form", "gs_apply", "gs_attributes_explained", "gs_case_state",
    "gs_catalog_stats", "gs_channel", "gs_cite", "gs_column_type", "gs_countdown", "gs_counts", "gs_current_file", "gs_date",
    "gs_datetime", "gs_deadline", "gs_department", "gs_differences", "gs_entry", "gs_error_advice", "gs_facet_groups",
    "gs_field_label", "gs_file_state", "gs_filesize", "gs_grant_files", "gs_handlers",
    "gs_label", "gs_labels", "gs_languages", "gs_last_day", "gs_limits", "gs_may_appeal", "gs_nav",
    "gs_number", "gs_open_reason", "gs_operator", "gs_provider", "gs_reading", "gs_reasons", "gs_remembered_days",
    "gs_resource_name",
    "gs_severity", "gs_standing", "gs_standing_name", "gs_state_label", "gs_themes", "gs_timeline",
    "gs_translated", "gs_upload_limit", "gs_use_terms", "gs_value_lines", "gs_versions",
    "markdown_extract", "render_datetime", "render_markdown",
]

SHANGHAI = ZoneInfo("Asia/Shanghai")
LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}


def _locale() -> str:
    return str(get_lang() or "zh_Hans_CN")


def _moment(value: str | datetime) -> datetime:
    """`value` in local time; CKAN stores naive UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))).astimezone(SHANGHAI)


def gs_date(value: str | date | None) -> str:
    """A day as people write it (2026年3月2日); empty for nothing, the text itself when it is no date."""
    if not value:
        return ""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
        day = _moment(day).date() if isinstance(day, str | datetime) else day
    except ValueError:
        return str(value)
    return format_date(day, format="long", locale=_locale())


def gs_datetime(value: str | datetime | None) -> str:
    """A moment in Beijing time, to the minute; empty for nothing."""
    if not value:
        return ""
    moment = _moment(value)
    return f"{gs_date(moment.date())} {format_datetime(moment, 'HH:mm', locale=_locale())}"


def render_datetime(value: str | datetime | None, date_format: str | None = None, with_hours: bool = False,
                    with_seconds: bool = False) -> str:
    """CKAN's helper, its hours in the order of the language: its own pattern prints 三月 2, 2026, and a week's year."""
    moment = core_helpers._datestamp_to_datetime(value)  # noqa: SLF001 - as CKAN reads dates
    if moment and with_hours and not (date_format or with_seconds):
        return gs_datetime(moment)
    return str(core_helpers.render_datetime(moment, date_format, with_hours, with_seconds))


def gs_number(value: float | None) -> str:
    return format_decimal(value or 0, locale=_locale())


def gs_filesize(value: Any) -> str:
    """Bytes as people read them (1.2 MB); empty when unknown."""
    try:
        size = float(value)
    except (TypeError, ValueError):
        return ""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{format_decimal(round(size, 1 if unit != 'B' else 0), locale=_locale())} {unit}"
        size /= 1024
    return ""


def gs_languages() -> list[dict[str, Any]]:
    """The offered languages, each with this page's address in it."""
    offered = config.locales_offered() or list(LANGUAGES)
    here, current = tk.h.current_url(), _locale()
    return [{"code": code.replace("_", "-"), "name": LANGUAGES.get(code, code), "current": code == current,
             "url": tk.h.url_for(here, locale=code)} for code in offered]


def gs_operator() -> str:
    """Who runs the platform (平台管理单位), as the settings name it."""
    return config.operator_name()


def gs_remembered_days() -> int:
    """For how many days a log-in is kept that is to be remembered."""
    return max(1, config.session_seconds(remembered=True) // (24 * 60 * 60))


def gs_department(name: str | None = None) -> dict[str, str] | None:
    """Name and title of a department, the competent department by default; None where there is none."""
    group = departments.find(name or config.competent_department())
    return {"id": group.id, "name": group.name, "title": group.title or group.name} if group else None


def gs_provider(department_id: str) -> dict[str, Any] | None:
    """A department with the fields that an entry's page shows of it, and none of the counts that CKAN would search for."""
    context: Any = {"user": tk.g.user, "auth_user_obj": tk.g.userobj, "dataset_counts": {}}
    without = ("dataset_count", "users", "groups", "tags", "followers")
    try:
        shown: dict[str, Any] = tk.get_action("organization_show")(
            context, {"id": department_id, **{f"include_{name}": False for name in without}})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return shown


def gs_nav() -> dict[str, Any]:
    """What the navigation offers the caller: `clerk`, `reviewer`, `handler` of applications; how many entries wait in
    the `queue`, how many applications among the `tasks`, and how many messages are `unread`.
    """
    user = tk.g.userobj
    if not user:
        return {"clerk": False, "reviewer": False, "queue": 0, "unread": 0, "handler": False, "tasks": 0}
    reviewer, handler = roles.is_competent(user), bool(roles.handled(user))
    return {
        "clerk": bool(roles.capacities(user)) and not user.sysadmin,
        "reviewer": reviewer,
        "queue": _ask("govshare_entry_queue", limit=0)["count"] if reviewer else 0,
        "handler": handler,
        "tasks": _ask("govshare_application_list", role="department", state="waiting", limit=0)["count"] if handler else 0,
        "unread": notices.count(user.id, unread=True),
    }


def _ask(action: str, **data: Any) -> dict[str, Any]:
    result: dict[str, Any] = tk.get_action(action)({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, data)
    return result


def gs_entry(entry_id: str) -> dict[str, Any] | None:
    """The entry's review as the caller may see it, or None."""
    try:
        return _ask("govshare_entry_show", id=entry_id)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None


def gs_differences(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """An entry's differences as a reviewer reads them: what becomes narrower first, then in the form's order."""
    narrowed = {item["field"] for item in entry["narrowing"]}
    order = {name: position for position, name in enumerate(gs_field_names())}
    return sorted(entry["differences"], key=lambda row: (row["field"] not in narrowed, order.get(row["field"], len(order))))


def gs_versions(entry_id: str) -> list[dict[str, Any]]:
    """The published versions of an entry, newest first."""
    try:
        versions: list[dict[str, Any]] = tk.get_action("govshare_entry_version_list")(
            {"user": tk.g.user, "auth_user_obj": tk.g.userobj}, {"id": entry_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []
    return versions


def gs_catalog_stats(newest: int = 6) -> dict[str, Any]:
    """What the caller may see of the catalogue: counts by open attribute, department and theme, and the newest entries.

    One search gives them all, so the counts respect the same labels as the results.
    """
    found = _ask("package_search", rows=newest, sort="metadata_modified desc",
                 **{"facet.field": ["open_type", "organization", "groups"], "facet.limit": 500})
    facets = {name: sorted(facet["items"], key=lambda item: -item["count"])
              for name, facet in found["search_facets"].items()}
    return {
        "count": found["count"], "newest": found["results"], "departments": facets.get("organization", []),
        "themes": facets.get("groups", []),
        "open": {item["name"]: item["count"] for item in facets.get("open_type", [])},
    }


def gs_counts(facet: str) -> dict[str, int]:
    """How many entries the caller may see in each department (`organization`) or theme (`groups`), by name."""
    found = _ask("package_search", rows=0, **{"facet.field": [facet], "facet.limit": 500})
    return {item["name"]: item["count"] for item in found["search_facets"].get(facet, {}).get("items", [])}


def gs_attributes_explained() -> list[dict[str, str]]:
    """The three open attributes with what each means (郴政发〔2022〕2号 第二十五条)."""
    return [{"value": value, "label": gs_label("open_type", value), "text": gs_open_reason(value)}
            for value in ("unconditional", "conditional", "none")]


def gs_facet_groups(search_facets: dict[str, Any], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Facets for the page: title, values with label, count, address and whether chosen; empty ones left out."""
    groups = []
    for name, title in titles.items():
        items = tk.h.get_facet_items_dict(name, search_facets)
        if items:
            groups.append({
                "name": name, "title": title, "values": [_facet_value(name, item) for item in items],
                "more": None if not tk.h.has_more_facets(name, search_facets) else tk.h.remove_url_param(
                    f"_{name}_limit", replace="0"),
            })
    return groups


def _facet_value(name: str, item: dict[str, Any]) -> dict[str, Any]:
    url = (tk.h.remove_url_param(name, item["name"]) if item["active"]
           else tk.h.add_url_param(new_params={name: item["name"]}))
    return {"name": item["name"], "label": item["display_name"], "count": item["count"], "active": item["active"], "url": url}


def gs_deadline(deadline: dict[str, Any] | None) -> dict[str, Any] | None:
    """A stored deadline for display: the day, where it is explained, and whether it has passed."""
    if not deadline:
        return None
    due = date.fromisoformat(str(deadline["due"])[:10])
    today = clock.now().astimezone(SHANGHAI).date()
    start = str(deadline["start"])[:10]
    return {**deadline, "due": due, "start": start, "overdue": today > due,
            "url": tk.url_for("govshare_regulations.explain", profile=deadline["profile"], rule=deadline["rule"], start=start)}


def gs_translated(text: str) -> str:
    """`text` in the caller's language, still to be escaped: a template's own `_` would take a variable for safe HTML."""
    return str(tk._(text))
