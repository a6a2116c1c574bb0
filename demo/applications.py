"""Applications for conditional data in every state, made by the public actions as people would make them.

How far a case came is read from what the portal shows of it, so a run that was interrupted goes on, and what people did
with a case since is left alone: a step that is no longer possible ends the case's steps.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import seed_data
from accounts import FULL_NAMES, Accounts
from api import NotAuthorized, NotFound, Portal, ValidationError, each

_DAYS = 180
_KINDS = {"applicant": "natural_person", "other_applicant": "other_organisation"}
# What a step leaves behind in the application's history.
_EVENTS = {"submit": "application_submitted", "take": "application_taken", "return": "application_returned",
           "approve": "application_approved", "reject": "application_rejected", "withdraw": "application_withdrawn"}
_REFUSALS = (NotAuthorized, NotFound, ValidationError)
STEPS = (*_EVENTS, "sign", "countersign", "suspend", "appeal")


def seed(portal: Portal, accounts: Accounts) -> int:
    """Bring all cases where they belong; how many were begun or went on."""
    return each("applications", _Case(portal, accounts).bring, seed_data.applications(), every=4)


class _Case:
    def __init__(self, portal: Portal, accounts: Accounts) -> None:
        self._portal = portal
        self._accounts = accounts

    def bring(self, case: Mapping[str, Any]) -> bool:
        """Make the case and take its steps; whether anything was to be done."""
        token = self._accounts.known[case["who"]].token
        entry = self._portal.call("package_show", token, id=case["entry"])
        found = self._portal.call("govshare_application_list", token, role="applicant", limit=100)["results"]
        key = next((one["id"] for one in found if one["dataset"]["id"] == entry["id"]), None)
        begun = key is None
        if key is None:
            key = self._portal.call("govshare_application_create", token, dataset_id=entry["id"], **_form(case))["id"]
        todo = [step for step in case["steps"] if not self._is_done(step, self._shown(token, key))]
        for step in todo:
            if not self._take(step, case, self._shown(token, key), entry["organization"]["name"]):
                break
        return begun or bool(todo)

    def _shown(self, token: str, key: str) -> dict[str, Any]:
        shown: dict[str, Any] = self._portal.call("govshare_application_show", token, id=key)
        return shown

    def _is_done(self, step: str, shown: Mapping[str, Any]) -> bool:
        if step in _EVENTS:
            return _EVENTS[step] in {event["event"] for event in shown["history"]}
        if step == "appeal":
            return bool(shown["appeal"])
        kind = "grant" if step == "suspend" else "agreement"
        if not shown[f"{kind}_id"]:
            return False
        found = self._portal.call(f"govshare_{kind}_show", self._accounts.authority, id=shown[f"{kind}_id"])
        waiting = {"sign": ("offered",), "countersign": ("offered", "applicant_signed"), "suspend": ("active",)}[step]
        return found["state"] not in waiting

    def _take(self, step: str, case: Mapping[str, Any], shown: Mapping[str, Any], department: str) -> bool:
        """Take one step in the name of whose it is; False where it is not possible any more."""
        applicant, clerk = self._accounts.known[case["who"]].token, self._accounts.compiler(department)
        reason = {"reason": case["reason"]} if "reason" in case else {}
        try:
            match step:
                case "submit" | "withdraw":
                    self._portal.call(f"govshare_application_{step}", applicant, id=shown["id"])
                case "take":
                    self._portal.call("govshare_application_take", clerk, id=shown["id"])
                case "return" | "reject":
                    self._portal.call(f"govshare_application_{step}", clerk, id=shown["id"], **reason)
                case "approve":
                    self._portal.call("govshare_application_approve", clerk, id=shown["id"], limits=case.get("limits", {}),
                                      agreement_required=case.get("agreement", False))
                case "sign":
                    self._sign("sign", case["who"], shown["agreement_id"])
                case "countersign":
                    self._sign("countersign", _clerk_role(self._accounts, clerk), shown["agreement_id"])
                case "suspend":
                    self._portal.call("govshare_grant_suspend", clerk, id=shown["grant_id"], **reason)
                case "appeal":
                    self._portal.call("govshare_appeal_file", applicant, application_id=shown["id"], reason=case["appeal"])
        except _REFUSALS:
            return False
        return True

    def _sign(self, command: str, role: str, agreement_id: str) -> None:
        account = self._accounts.known[role]
        shown = self._portal.call("govshare_agreement_show", account.token, id=agreement_id)
        self._portal.call(f"govshare_agreement_{command}", account.token, id=agreement_id, password=account.password,
                          signature_name=FULL_NAMES[role], text_hash=shown["text_hash"])


def _clerk_role(accounts: Accounts, token: str) -> str:
    """The role of the account that a token belongs to; only those of the six can sign, whose passwords are known."""
    return next(role for role, account in accounts.known.items() if account.token == token)


def _form(case: Mapping[str, Any]) -> dict[str, Any]:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return {
        "purpose": case["purpose"], "scene": case["scene"], "period_start": today.isoformat(),
        "period_end": (today + timedelta(days=_DAYS)).isoformat(),
        "security_measures": "专人保管，设备加密并设口令，仅限本人（本单位）使用，到期删除全部副本。",
        "applicant_kind": _KINDS[case["who"]], "applicant_name": FULL_NAMES[case["who"]],
        "contact_name": FULL_NAMES[case["who"]], "contact_phone": "0735-0000000", "contact_email": "example@example.org",
    }
