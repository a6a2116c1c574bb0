"""A small government for tests: departments, people of every role, and entries in every state.

Everything goes through the public actions with authorisation on, as people would do it.
"""
from __future__ import annotations

from io import BytesIO
from itertools import count
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import UNREAD, FileState
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.repository import datafiles

_numbers = count(1)
TABLE = "站点名称,日期,PM2.5\n东塔,2026-03-01,31\n苏仙,2026-03-01,28\n".encode()


def attachment(content: bytes = TABLE, filename: str = "监测数据.csv") -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(BytesIO(content), filename=filename)


def entry_fields(**fields: Any) -> dict[str, Any]:
    """A complete entry, ready for review; `fields` replace its own, None leaves one out."""
    number = next(_numbers)
    complete = {
        "title": f"空气质量监测数据{number}",
        "name": f"kongqi-zhiliang-{number}",
        "notes": "全市各监测站点的空气质量小时值。",
        "catalog_kind": "department",
        "category_code": "307016001",
        "format_class": "spreadsheet",
        "info_items": [{"name": "站点名称", "data_type": "C", "length": 50, "description": "监测站点"}],
        "sharing_type": "unconditional",
        "sharing_modes": ["batch_download"],
        "sharing_purposes": ["reference"],
        "open_type": "unconditional",
        "update_frequency": "daily",
        "issued": "2026-03-02",
    }
    return {key: value for key, value in {**complete, **fields}.items() if value is not None}


class World:
    """`competent` reviews; `own` compiles the entries; `other` is a department with nothing to do with them."""

    def __init__(self) -> None:
        self.operator = factories.Sysadmin()["name"]
        self.citizen = factories.User()["name"]
        self.competent = self._department("zhengfu-bangongshi")
        self.own = self._department("shengtai-huanjing")
        self.other = self._department("jiaotong-yunshu")
        self.reviewer = self._person(self.competent, "member")
        self.second_reviewer = self._person(self.competent, "editor")
        self.editor = self._person(self.own, "editor")
        self.admin = self._person(self.own, "admin")
        self.member = self._person(self.own, "member")
        self.other_editor = self._person(self.other, "editor")

    def _department(self, name: str) -> dict[str, Any]:
        department: dict[str, Any] = factories.Organization(name=name, title=name)
        return department

    def _person(self, department: dict[str, Any], capacity: str) -> str:
        name: str = factories.User()["name"]
        tk.get_action("organization_member_create")(
            {"ignore_auth": True, "user": self.operator}, {"id": department["id"], "username": name, "role": capacity})
        return name

    def in_every_state(self) -> dict[str, str]:
        """An entry in every state, a theme and a department, by what the addresses of their pages need."""
        theme = factories.Group(name="shengtai", title="生态环境")
        published = self.approved(resources=[{"name": "小时值", "url": "https://example.com/hourly.csv", "format": "CSV"}])
        return {"published": published["name"], "file": published["resources"][0]["id"], "draft": self.draft()["name"],
                "submitted": self.submitted()["name"], "returned": self.returned()["name"],
                "department": self.own["name"], "theme": theme["name"]}

    def people(self) -> dict[str, str]:
        """An account for each role; anonymous is the empty name."""
        return {"anonymous": "", "citizen": self.citizen, "own_member": self.member, "own_editor": self.editor,
                "own_admin": self.admin, "other_editor": self.other_editor, "competent": self.reviewer,
                "operator": self.operator}

    def call(self, user: str, action: str, /, **data: Any) -> Any:
        """`action` as `user` would call it over the API, authorisation on."""
        found = model.User.get(user) if user else None
        return tk.get_action(action)({"user": user, "auth_user_obj": found, "ignore_auth": False}, data)

    def draft(self, **fields: Any) -> dict[str, Any]:
        """An entry that its department is compiling."""
        made: dict[str, Any] = self.call(self.editor, "package_create", **entry_fields(owner_org=self.own["id"], **fields))
        return made

    def submitted(self, **fields: Any) -> dict[str, Any]:
        """An entry in the queue; what it opens unconditionally it has a file for. Its files pass as read (see `vouch`)."""
        if fields.get("open_type", "unconditional") == "unconditional":
            fields.setdefault("resources", [{"name": "监测数据", "upload": attachment()}])
        made = self.draft(**fields)
        self.vouch(made)
        self.call(self.editor, "govshare_entry_submit", id=made["id"])
        return made

    def returned(self, **fields: Any) -> dict[str, Any]:
        made = self.submitted(**fields)
        self.call(self.reviewer, "govshare_entry_return", id=made["id"], reason="请补充信息项说明")
        return made

    def approved(self, **fields: Any) -> dict[str, Any]:
        """A published entry, as the public reads it. Its files have no table: see `published` for one that has."""
        return self.approve(self.submitted(**fields))

    def published(self, content: bytes = TABLE, filename: str = "监测数据.csv", **fields: Any) -> dict[str, Any]:
        """A published entry with one file, which is really read and loaded."""
        made = self.draft(resources=[{"name": "监测数据", "upload": attachment(content, filename)}], **fields)
        self.read_files()
        self.call(self.editor, "govshare_entry_submit", id=made["id"])
        return self.approve(made)

    def approve(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Let the competent department approve a submission; the entry as its editor then reads it."""
        self.call(self.reviewer, "govshare_entry_approve", id=entry["id"])
        shown: dict[str, Any] = self.call(self.editor, "package_show", id=entry["id"])
        return shown

    def change(self, entry: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Change a published entry, through the review."""
        self.call(self.editor, "package_patch", id=entry["id"], **fields)
        self.vouch(entry)
        self.call(self.editor, "govshare_entry_submit", id=entry["id"])
        return self.approve(entry)

    def upload(self, entry: dict[str, Any], content: bytes, filename: str, **resource: Any) -> dict[str, Any]:
        """Send a file for a new resource of `entry`, or with `id` for that one; the resource as the action answers it."""
        file = attachment(content, filename)
        answer: dict[str, Any] = (
            self.call(self.editor, "resource_patch", upload=file, **resource) if "id" in resource else
            self.call(self.editor, "resource_create", package_id=entry["id"], upload=file, **{"name": filename, **resource}))
        return answer

    def read_files(self) -> None:
        """Read all files that wait, as the worker would, one after the other and to the end."""
        for file_id in datafiles.waiting():
            reading_job.read_file(file_id)

    def vouch(self, entry: dict[str, Any], form: str = "csv") -> None:
        """Let the unread files of `entry` pass as read without an error, for tests in which their rows play no part."""
        for file in datafiles.of_entry(entry["id"]):
            if file.state in UNREAD:
                datafiles.change(file.id, state=FileState.VERIFIED, format=form, machine_readable=True, read_at=clock.now())
        model.Session.commit()

    def state(self, entry: dict[str, Any]) -> str:
        state: str = self.call(self.editor, "govshare_entry_show", id=entry["id"])["state"]
        return state
