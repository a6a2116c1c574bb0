"""The competent department's board: overdue cases, appeals and reports, by department (ACC-4 to ACC-6)."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.logic import named
from ckanext.govshare.logic.schema import appeals as schema
from ckanext.govshare.repository import board as repository
from ckanext.govshare.repository import departments

__all__ = ["govshare_board_overdue_list", "govshare_board_report_list", "govshare_board_show"]


@tk.side_effect_free
@validate(schema.board_list)
def govshare_board_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The state of conditional access in all departments, or in one, for the competent department.

    :param organization: name or id of a department (optional)
    :param limit: at most so many rows in each of the lists (20; at most 100)
    :returns: ``overdue`` (as govshare_board_overdue_list), ``reports`` (as govshare_board_report_list), ``appeals`` that
        await a decision (as govshare_appeal_list), and ``departments``: for each ``organization`` the applications ``open``
        and ``overdue``, limits ``missed`` so far, ``appeals`` open and ``overturned``, grants ``suspended`` and ``terminated``
    :raises NotAuthorized: the caller is not of the competent department
    """
    tk.check_access("govshare_board_show", context, data_dict)
    asked = {"offset": 0, "limit": data_dict["limit"], **_chosen(data_dict)}
    return {
        "overdue": tk.get_action("govshare_board_overdue_list")(context, dict(asked)),
        "reports": tk.get_action("govshare_board_report_list")(context, dict(asked)),
        "appeals": tk.get_action("govshare_appeal_list")(context, {**asked, "role": "competent", "state": "filed"}),
        "departments": _departments(_department(data_dict)),
    }


@tk.side_effect_free
@validate(schema.board_list)
def govshare_board_overdue_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Applications and appeals that were not answered in time and still are not, longest overdue first.

    :param organization: name or id of a department (optional)
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``: ``kind`` (applications or appeals), ``id``, ``dataset``, ``organization``, ``state``
        and ``deadline``
    :raises NotAuthorized: the caller is not of the competent department
    """
    tk.check_access("govshare_board_overdue_list", context, data_dict)
    count, rows = repository.overdue(_today(), _department(data_dict), data_dict["offset"], data_dict["limit"])
    return {"count": count, "results": [{
        "kind": row["kind"], "id": row["id"], "dataset": named.dataset(row["entry_id"]),
        "organization": named.organization(row["department"]), "state": row["state"], "deadline": row["deadline"].as_dict(),
    } for row in rows]}


@tk.side_effect_free
@validate(schema.board_list)
def govshare_board_report_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Suspensions and terminations with their reasons, newest first: the report that 001 第十九条 asks of a provider.

    :param organization: name or id of a department (optional)
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``: ``grant_id``, ``event`` (grant_suspended or grant_terminated), ``at``, ``reason``,
        ``actor`` (who decided), ``dataset``, ``organization`` and the grant's ``state`` now
    :raises NotAuthorized: the caller is not of the competent department
    """
    tk.check_access("govshare_board_report_list", context, data_dict)
    count, rows = repository.reports(_department(data_dict), data_dict["offset"], data_dict["limit"])
    return {"count": count, "results": [{
        "grant_id": row["grant_id"], "event": row["event"], "at": row["at"].isoformat(), "reason": row["reason"] or "",
        "actor": named.person(row["actor"])["display_name"], "dataset": named.dataset(row["entry_id"]),
        "organization": named.organization(row["department"]), "state": row["state"],
    } for row in rows]}


def _today() -> date:
    return shanghai_date(clock.now())


def _chosen(data_dict: DataDict) -> dict[str, str]:
    return {"organization": data_dict["organization"]} if data_dict.get("organization") else {}


def _department(data_dict: DataDict) -> str | None:
    """The id of the department asked for, None for all; a name that nobody bears has no cases."""
    if not data_dict.get("organization"):
        return None
    group = departments.find(data_dict["organization"])
    return group.id if group else ""


def _departments(only: str | None) -> list[dict[str, Any]]:
    rows = [{"organization": named.organization(department), **numbers}
            for department, numbers in repository.counts(_today()).items() if only in (None, department)]
    return sorted(rows, key=lambda row: (-row["overdue"], -row["appeals"], row["organization"]["title"]))
