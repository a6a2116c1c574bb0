"""What the pages of applications and grants ask for, and what an entry's page offers to whoever wants to apply."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govshare import clock
from ckanext.govshare.display import tables as table_display
from ckanext.govshare.domain import api_examples, grants, use_terms
from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.case_texts import APPLICANT_KINDS, CHANNEL_NAMES, EVENT_TEXTS, FORMAT_NAMES, STANDING_NAMES
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.processes import PROCESSES
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import applications as applied
from ckanext.govshare.repository import by_id
from ckanext.govshare.repository import grants as granted

USABLE = frozenset({
    grants.Standing.VALID, grants.Standing.NOT_STARTED, grants.Standing.PENDING_AGREEMENT, grants.Standing.SUSPENDED})


def _ask(action: str, **data: Any) -> Any:
    try:
        return tk.get_action(action)({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, data)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def gs_case_state(kind: str, state: str) -> str:
    """The name of a state; `kind`: of `domain.processes.PROCESSES`. What has none is shown as it is."""
    names = PROCESSES[kind].state_names if kind in PROCESSES else {}
    return translate(names[state]) if state in names else state


def gs_standing(standing: str) -> str:
    """What a grant is worth now, in a sentence."""
    return translate(grants.STANDINGS[grants.Standing(standing)])


def gs_standing_name(standing: str) -> str:
    """The same in a word or two."""
    return translate(STANDING_NAMES[grants.Standing(standing)])


def gs_last_day(ends_at: str) -> str:
    """The last day of a period that ends at the ISO time `ends_at`, which is its first moment without access."""
    return str(tk.h.gs_date((datetime.fromisoformat(ends_at) - timedelta(seconds=1)).isoformat()))


def gs_channel(channel: str) -> str:
    """The name of a way of fetching."""
    return translate(CHANNEL_NAMES[Channel(channel)])


def gs_resource_name(resource_id: str) -> str:
    """What a data file is called; its id where it is no longer there."""
    found = by_id.resource(resource_id)
    return str(found.name or resource_id) if found else resource_id


def gs_applicant_kinds() -> list[tuple[str, str]]:
    """Who may apply: value and name."""
    return [(kind.value, translate(name)) for kind, name in APPLICANT_KINDS.items()]


def gs_use_terms() -> list[str]:
    """The terms that whoever applies accepts (OPN-5: 001 第四十条)."""
    return [translate(term) for term in use_terms.TERMS]


def gs_timeline(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The events of a case in plain words, the newest first; of several saves in a row the last one."""
    shown: list[dict[str, Any]] = []
    for event in sorted(history, key=lambda event: -event["seq"]):
        if event["event"] not in EVENT_TEXTS or (shown and shown[-1]["event"] == event["event"] == "application_saved"):
            continue
        shown.append({**event, "text": translate(EVENT_TEXTS[event["event"]])})
    return shown


def gs_answer(question: Mapping[str, Any], value: Any) -> str:
    """An answer to an extra question as people read it."""
    if isinstance(value, bool):
        return tk._("Yes") if value else tk._("No")
    if isinstance(value, list):
        return tk._(", ").join(map(str, value))
    return str(tk.h.gs_date(value)) if question["type"] == "date" and value else "" if value is None else str(value)


def gs_limits(limits: Mapping[str, Any]) -> list[str]:
    """The agreed way of use in sentences, empty where nothing is limited."""
    number = tk.h.gs_number
    counted = {
        "daily_calls": tk._("At most {count} calls a day"), "daily_rows": tk._("At most {count} rows a day"),
        "downloads": tk._("At most {count} downloads in all"),
    }
    lines = [text.format(count=number(limits[name])) for name, text in counted.items() if limits.get(name)]
    if formats := limits.get("formats"):
        names = [translate(FORMAT_NAMES[one]) if one in FORMAT_NAMES else one for one in formats]
        lines.append(tk._("Formats") + tk._(": ") + tk._(", ").join(names))
    if limits.get("addresses", ()) is None:
        lines.append(tk._("From the networks of the holder only"))
    elif addresses := limits.get("addresses"):
        lines.append(tk._("From these addresses only") + tk._(": ") + tk._(", ").join(addresses))
    return lines


def gs_application_figures(dataset_id: str) -> dict[str, Any] | None:
    """How many applied for an entry and what became of it, without a word on who."""
    found: dict[str, Any] | None = _ask("govshare_application_summary", dataset_id=dataset_id)
    return found


def gs_apply(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """What to offer on the page of an entry: `step` (login, apply, go_on, use) and the `url`; None where nothing applies.

    Whoever has the data by their office does not apply; nor does the operator, who has no business with it.
    """
    if pkg.get("open_type") != "conditional" or pkg.get("state", "active") != "active" or pkg.get("private"):
        return None
    form = tk.url_for("govshare_applications.apply", dataset_id=pkg["name"])
    if not tk.g.userobj:
        return {"step": "login", "url": tk.url_for("user.login", next=form)}
    held = roles.of({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, pkg["owner_org"])
    if held & {Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT, Role.OPERATOR, Role.ANONYMOUS}:
        return None
    now = clock.now()
    for grant, agreement_state in granted.of_holder(tk.g.userobj.id, pkg["id"], now):
        if (standing := grants.standing(grant, agreement_state, now)) in USABLE:
            url = tk.url_for("govshare_grants.read", grant_id=grant.id)
            return {"step": "use", "url": url, "case": {"standing": standing.value}}
    found = applied.open_of(tk.g.userobj.id, pkg["id"])
    if found:
        url = tk.url_for("govshare_applications.read", application_id=found.id)
        return {"step": "go_on", "url": url, "case": {"state": found.state.value}}
    return {"step": "apply", "url": form}


def gs_grant_files(grant: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The data files under a grant: `id`, `name`, `format`, its addresses, and `curl` where the file is a table."""
    pkg = _ask("package_show", id=grant["dataset"]["id"])
    return [_granted_file(pkg, resource) for resource in pkg["resources"]] if pkg else []


def _granted_file(pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    at: dict[str, Any] = {"_external": True, "locale": "default"}
    names = {"id": pkg["name"], "resource_id": resource["id"]}
    file = table_display.gs_current_file(resource["id"])
    example = api_examples.curl(api_examples.Table(
        search_url=tk.url_for("api.action", logic_function="datastore_search", ver=3, **at),
        csv_url=tk.url_for("govshare_exports.export", **names, form="csv", **at),
        resource_id=resource["id"], filters={}, token=True)) if file and file["columns"] else None
    return {"id": resource["id"], "name": tk.h.resource_display_name(resource), "format": resource.get("format") or "",
            "page": tk.url_for("dataset_resource.read", **names), "curl": example,
            "download": tk.url_for("dataset_resource.download", **names) if file else None}
