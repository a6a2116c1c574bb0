"""Applications for conditional data at every stage, brought there by the public actions as people would do it."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import shanghai_date

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct horse battery staple"
USCC = "91110000600037341L"
CONDITION = "限在省内注册的科研机构和企业，用于水环境研究"
RETURN_REASON = "请补充数据安全保障措施"
REJECT_REASON = "申请用途与开放条件不符"
DAYS = 30  # of a period that nobody asked to be another


def midnight(day: date) -> datetime:
    """The first moment of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The application's clock stands at `moment`, an aware time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


def today() -> date:
    """The day in Shanghai by the application's clock."""
    return shanghai_date(clock.now())


def form(**fields: Any) -> dict[str, Any]:
    """A complete application of a company; `fields` replace its own, None leaves one out."""
    complete = {
        "purpose": "研究东江湖流域水质变化，为饮用水源保护提供分析报告",
        "scene": "内部研究，成果以报告形式发布",
        "period_start": today().isoformat(),
        "period_end": (today() + timedelta(days=DAYS - 1)).isoformat(),
        "security_measures": "专人管理，加密存储，到期删除",
        "applicant_kind": "legal_entity",
        "applicant_name": "郴州水环境科技有限公司",
        "uscc": USCC,
        "contact_name": "李明",
        "contact_phone": "0735-2222222",
        "contact_email": "liming@example.org",
        "answers": {},
    }
    return {key: value for key, value in {**complete, **fields}.items() if value is not None}


class Cases:
    """Cases of one conditional entry of `world.own`.

    `applicant` and `other_applicant` apply, `clerk` and `second_clerk` (editors) handle and countersign, `world.reviewer`
    is of the competent department. All of them log in with PASSWORD. Each method answers with what `_show` says of the case
    that it names, as the person sees it who came to it last.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.applicant = self._person()
        self.other_applicant = self._person()
        self.clerk = self._person("editor")
        self.second_clerk = self._person("editor")

    def _person(self, capacity: str = "") -> str:
        name: str = factories.User(password=PASSWORD)["name"]
        if capacity:
            tk.get_action("organization_member_create")(
                {"ignore_auth": True, "user": self.world.operator},
                {"id": self.world.own["id"], "username": name, "role": capacity})
        return name

    @cached_property
    def dataset(self) -> dict[str, Any]:
        """The published conditional entry, with one file that is read and loaded."""
        return self.world.published(open_type="conditional", open_condition=CONDITION)

    @property
    def resource(self) -> str:
        """The id of the entry's data file."""
        found: str = self.dataset["resources"][0]["id"]
        return found

    def act(self, user: str, command: str, case: dict[str, Any], kind: str = "application", **data: Any) -> Any:
        """Give a command, such as `return`, on a case as `_show` says it."""
        return self.world.call(user, f"govshare_{kind}_{command}", id=case["id"], **data)

    def show(self, kind: str, case_id: str, user: str = "") -> dict[str, Any]:
        """What `_show` of an application, agreement, grant or appeal says to `user`, the applicant by default."""
        found: dict[str, Any] = self.world.call(user or self.applicant, f"govshare_{kind}_show", id=case_id)
        return found

    def drafted(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """A draft of the applicant."""
        applicant = user or self.applicant
        fields.setdefault("dataset_id", self.dataset["id"])
        made = self.world.call(applicant, "govshare_application_create", **form(**fields))
        return self.show("application", made["id"], applicant)

    def submitted(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An application that waits for the department."""
        made = self.drafted(user, **fields)
        self.act(user or self.applicant, "submit", made)
        return self.show("application", made["id"], user)

    applied = submitted

    def under_review(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An application that the clerk took."""
        made = self.submitted(user, **fields)
        self.act(self.clerk, "take", made)
        return self.show("application", made["id"], self.clerk)

    def returned(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An application that the applicant is to supplement."""
        made = self.submitted(user, **fields)
        self.act(self.clerk, "return", made, reason=RETURN_REASON)
        return self.show("application", made["id"], user)

    def rejected(self, user: str = "", **fields: Any) -> dict[str, Any]:
        made = self.submitted(user, **fields)
        self.act(self.clerk, "reject", made, reason=REJECT_REASON)
        return self.show("application", made["id"], user)

    def withdrawn(self, user: str = "", **fields: Any) -> dict[str, Any]:
        made = self.submitted(user, **fields)
        self.act(user or self.applicant, "withdraw", made)
        return self.show("application", made["id"], user)

    def approved(self, agreement_required: bool = False, user: str = "", decision: dict[str, Any] | None = None,
                 **fields: Any) -> dict[str, Any]:
        """An approved application, as it was asked for; `decision`: what the clerk says besides, such as limits."""
        made = self.submitted(user, **fields)
        self.act(self.clerk, "approve", made, agreement_required=agreement_required, **decision or {})
        return self.show("application", made["id"], user)

    def offered(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """The agreement of an approved application, which nobody has signed."""
        return self.show("agreement", self.approved(agreement_required=True, user=user, **fields)["agreement_id"], user)

    def half_signed(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An agreement that the applicant signed and the department did not."""
        made = self.offered(user, **fields)
        self.sign(made, user or self.applicant)
        return self.show("agreement", made["id"], user)

    def signed(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An agreement that both sides signed: in force."""
        made = self.half_signed(user, **fields)
        self.sign(made, self.clerk, "countersign")
        return self.show("agreement", made["id"], user)

    def sign(self, agreement: dict[str, Any], user: str, command: str = "sign", **given: Any) -> Any:
        """`user` signs in their name, or with `command` countersign in that of the department; `given` replaces."""
        words = {"signature_name": "王芳", "text_hash": agreement["text_hash"], "password": PASSWORD, **given}
        return self.act(user, command, agreement, "agreement", **words)

    def granted(self, agreement_required: bool = False, user: str = "", **fields: Any) -> dict[str, Any]:
        """A grant that is valid now; with `agreement_required` under an agreement in force."""
        if not agreement_required:
            return self.show("grant", self.approved(user=user, **fields)["grant_id"], user)
        agreement = self.signed(user, **fields)
        application = self.show("application", agreement["application_id"], user)
        return self.show("grant", application["grant_id"], user)

    def pending(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """A grant whose agreement nobody has signed."""
        return self.show("grant", self.approved(agreement_required=True, user=user, **fields)["grant_id"], user)

    def not_started(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """A grant whose period starts in ten days."""
        start = today() + timedelta(days=10)
        period = {"period_start": start.isoformat(), "period_end": (start + timedelta(days=DAYS)).isoformat()}
        return self.granted(user=user, **{**period, **fields})

    def suspended(self, user: str = "", **fields: Any) -> dict[str, Any]:
        made = self.granted(user=user, **fields)
        self.act(self.clerk, "suspend", made, "grant", reason="超出约定范围使用数据")
        return self.show("grant", made["id"], user)

    def terminated(self, user: str = "", **fields: Any) -> dict[str, Any]:
        made = self.granted(user=user, **fields)
        self.act(self.clerk, "terminate", made, "grant", reason="向第三方转让数据")
        return self.show("grant", made["id"], user)

    def surrendered(self, user: str = "", **fields: Any) -> dict[str, Any]:
        made = self.granted(user=user, **fields)
        self.act(user or self.applicant, "surrender", made, "grant")
        return self.show("grant", made["id"], user)

    def expired(self, agreement_required: bool = False, user: str = "", **fields: Any) -> dict[str, Any]:
        """A grant that has ended by now, though no job has recorded it: it was given when its period began, a while ago."""
        with at(clock.now() - timedelta(days=DAYS + 1)):
            return self.granted(agreement_required, user, **fields)

    def appealed(self, user: str = "", **fields: Any) -> dict[str, Any]:
        """An open appeal against a rejection."""
        made = self.rejected(user, **fields)
        filed = self.world.call(
            user or self.applicant, "govshare_appeal_file", application_id=made["id"], reason="用途符合开放条件")
        return self.show("appeal", filed["id"], user)

    def token(self, user: str = "") -> str:
        """An API token of `user`, the applicant by default."""
        issued: str = factories.APIToken(user=user or self.applicant)["token"]
        return issued

    def block(self, user: str) -> None:
        """Block an account, as the operator does: CKAN's state "deleted"."""
        tk.get_action("user_delete")({"ignore_auth": True, "user": self.world.operator}, {"id": user})

    def access(self, user: str = "") -> dict[str, Any]:
        """What the gate says to `user` of the entry's file."""
        found: dict[str, Any] = self.world.call(user or self.applicant, "govshare_access_show", resource_id=self.resource)
        return found
