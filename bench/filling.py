"""A catalogue to measure on: approved entries of ten departments, made up from the titles of the search tests."""
from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any

import ckan.plugins.toolkit as tk
import search_corpus
import sqlalchemy as sa
from ckan import model
from world import World, entry_fields

from ckanext.govshare.domain import catalog
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic import drafts
from ckanext.govshare.model.trace import outbox
from ckanext.govshare.repository import catalog as repository
from ckanext.govshare.repository import datafiles

THEMES = {"jiaotong-chuxing": "交通出行", "shengtai": "生态环境", "jiaoyu-wenhua": "教育文化", "yiliao-weisheng": "医疗卫生",
          "shehui-baozhang": "社会保障", "xinyong-fuwu": "信用服务", "chengxiang-jianshe": "城乡建设", "nongye": "农业农村"}
ITEMS = ("统一社会信用代码", "名称", "地址", "行政区划代码", "联系电话", "更新日期", "备注")
COLUMNS = [{"id": name, "name": name, "type": "text"} for name in ITEMS]
CATEGORY = "307016001"
APPROVED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_BATCH = 50


@dataclass(frozen=True)
class Catalogue:
    """The people and departments, and the names of all entries."""

    world: World
    names: list[str]


def fill(entries: int) -> Catalogue:
    """Write `entries` approved entries. What is measured is reading them, so they do not pass through the review."""
    world = World()
    departments = {name: _group("organization", name, title, world.operator) for name, title in search_corpus.DEPARTMENTS.items()}
    for name, title in THEMES.items():
        _group("group", f"theme-{name}", title, world.operator)
    names = []
    for number, fields in enumerate(islice(_entries(), entries)):
        fields["owner_org"] = departments[fields.pop("department")]
        names.append(_approved(number, fields))
        if number % _BATCH == 0:
            model.Session.commit()
    model.Session.execute(sa.delete(outbox))
    model.Session.commit()
    return Catalogue(world, names)


def _group(kind: str, name: str, title: str, operator: str) -> str:
    made = tk.get_action(f"{kind}_create")({"ignore_auth": True, "user": operator}, {"name": name, "title": title})
    return str(made["id"])


def _entries() -> Any:
    """Entries without end: the two hundred of the search tests, again for each year."""
    themes = [f"theme-{name}" for name in THEMES]
    for year in count(2000):
        for number, entry in enumerate(search_corpus.entries()):
            yield entry_fields(
                title=f"{entry['title']}（{year}版）", name=f"{entry['name']}-{year}", department=entry["department"],
                notes=entry["notes"], tags=[{"name": tag} for tag in entry["tags"]],
                groups=[{"name": themes[number % len(themes)]}], info_items=_items(entry["info_items"][0]),
                open_type=entry["open_type"], update_frequency=entry["update_frequency"], sample_data=True,
                open_condition="需说明用途并签订协议。" if entry["open_type"] == "conditional" else None,
                resources=[{"name": f"{entry['title']}（{form}）", "format": form, "description": "全部记录", "size": 1024,
                            "url": f"data.{form.lower()}", "url_type": "upload", "datastore_active": True}
                           for form in ("CSV", "XLSX")])


def _items(own: dict[str, Any]) -> list[dict[str, Any]]:
    """The entry's own information item and those that most tables have."""
    return [own] + [{"name": name, "data_type": "C", "length": 60, "description": f"{name}，按登记时填写"}
                    for name in ITEMS if name != own["name"]]


def _approved(number: int, fields: dict[str, Any]) -> str:
    """Write a package and the rows that make it version 1 of an entry; its name."""
    code = f"{CATEGORY}/{number + 1:06}"
    context = {"ignore_auth": True, "user": "", "defer_commit": True, "return_id_only": True, drafts.APPLYING: True}
    package_id = tk.get_action("package_create")(context, fields | {"catalog_code": code, "private": False, "state": "active"})
    entry = catalog.Entry(package_id, fields["owner_org"], catalog.State.APPROVED, 1, code, CATEGORY)
    repository.save(entry, fields["title"], None, APPROVED_AT)
    repository.add_version(package_id, 1, catalog.content_of(fields), APPROVED_AT)
    for resource in model.Package.get(package_id).resources:
        datafiles.add(DataFile(
            id=str(uuid.uuid4()), entry_id=package_id, resource_id=resource.id, kind="upload", state=FileState.CURRENT, number=1,
            created_at=APPROVED_AT, current_from=APPROVED_AT, filename=f"{resource.name}.csv", size=1024, rows=12,
            format=resource.format.lower(), machine_readable=True, columns=COLUMNS))
    return str(fields["name"])
