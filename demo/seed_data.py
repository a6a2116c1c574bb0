"""The demonstration's departments, themes and entries: YAML as people compile it, turned into what the public actions take.

The YAML is short, so that it reads like a department's own list; `dataset` spells it out in the portal's fixed names.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import samples
import yaml

HERE = Path(__file__).resolve().parent
PARAGRAPH, SOURCE_MARK = "\n\n", "数据来源："
SAMPLE_NOTE = "示例数据：本条目为演示平台功能而编制，内容不代表真实情况。"
DEPARTMENT_NOTE = "（机构名称与职责取自真实部门；联系电话和统一社会信用代码为示例数据。）"

# How an entry stands at the end of the seed; `pending` is a published entry with a change that awaits review.
STATES = ("draft", "submitted", "returned", "approved", "pending")


@dataclass(frozen=True)
class Entry:
    """One entry: its dataset, the tables it carries, and the state that the seed brings it to.

    sample: the made-up table of an entry without real ones. form: the kind of file that is sent (`formats.FORMS`).
    also: other kinds of file with the same table. merge: a column of merged cells. later: rows that a later version of the
    table brings. change: fields of a later version that awaits review. basis: why that change may narrow an attribute.
    reason: why the competent department returned it. last: compiled when all others are there.
    """

    department: str
    dataset: dict[str, Any]
    tables: tuple[str, ...] = ()
    sample: dict[str, Any] | None = None
    form: str = "csv"
    also: tuple[str, ...] = ()
    merge: str = ""
    later: int = 0
    state: str = "approved"
    change: dict[str, Any] = field(default_factory=dict)
    basis: str = ""
    reason: str = ""
    last: bool = False

    @property
    def name(self) -> str:
        return str(self.dataset["name"])


def departments() -> list[dict[str, Any]]:
    """The municipal departments, in official order; `role` marks the competent one and the operator."""
    loaded: list[dict[str, Any]] = _load("departments.yaml")
    return loaded


def themes() -> list[dict[str, Any]]:
    """The themes, as `group_create` takes them."""
    loaded: list[dict[str, Any]] = _load("themes.yaml")
    return loaded


def applications() -> list[dict[str, Any]]:
    """The applications for conditional data, each with the steps that it takes (see `applications.py`)."""
    loaded: list[dict[str, Any]] = _load("applications.yaml")
    return loaded


def entries() -> list[Entry]:
    """All entries, department by department; those that need the others come last."""
    found = [
        _entry(department["name"], raw)
        for department in departments()
        for raw in _load(f"entries/{department['name']}.yaml")
    ]
    return sorted(found, key=lambda entry: entry.last)


def competent_department() -> str:
    """The name of the 主管部门 (郴政发〔2022〕2号 第六条)."""
    return next(str(d["name"]) for d in departments() if d.get("role") == "competent")


def organization(department: dict[str, Any]) -> dict[str, Any]:
    """A department as `organization_create` takes it."""
    return {
        "name": department["name"], "title": department["title"], "uscc": department["uscc"],
        "contact": department["contact"], "description": department["duties"].strip() + DEPARTMENT_NOTE,
    }


def _load(path: str) -> Any:
    return yaml.safe_load((HERE / path).read_text(encoding="utf-8"))


def _entry(department: str, raw: dict[str, Any]) -> Entry:
    change = dict(raw.get("change", {}))
    basis = change.pop("basis", "")
    compiled = dataset(department, raw)
    return Entry(
        department=department,
        dataset=compiled,
        tables=tuple(raw.get("tables", ())),
        sample=raw.get("sample") or _made_up(compiled),
        form=raw.get("form", "csv"),
        also=tuple(raw.get("also", ())),
        merge=raw.get("merge", ""),
        later=raw.get("later", 0),
        state=raw.get("state", "approved"),
        change=_changed(change, raw),
        basis=basis,
        reason=raw.get("reason", ""),
        last=raw.get("last", False),
    )


def _made_up(compiled: dict[str, Any]) -> dict[str, Any] | None:
    """Conditional data has a file like any other; it is the gate that keeps it, not its absence."""
    return samples.of_items(compiled["info_items"]) if compiled["open_type"] == "conditional" else None


def dataset(department: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A catalogue entry as `package_create` takes it."""
    sample = "tables" not in raw
    found = {
        "name": raw["name"], "title": raw["title"], "notes": _notes(raw["notes"], sample), "owner_org": department,
        "tags": _named(raw["tags"]), "groups": _named(raw["themes"]),
        "catalog_kind": raw.get("kind", "department"), "category_code": raw["code"],
        "format_class": raw.get("format", "spreadsheet"), "update_frequency": raw["freq"],
        "info_items": [_item(line) for line in raw["items"]],
        "proactively_disclosed": raw.get("proactive", False), "sample_data": sample,
        **_sharing(raw), **_opening(raw.get("open", "unconditional")),
    }
    if "issued" in raw:
        found["issued"] = str(raw["issued"])
    return found


def _changed(change: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """The fields that the pending change sets."""
    whole = dataset("", {**raw, **change, "proactive": raw.get("proactive", False) and "open" not in change})
    before = dataset("", raw)
    return {key: value for key, value in whole.items() if value != before.get(key)} if change else {}


def _notes(text: str, sample: bool) -> str:
    """The summary as one paragraph, for Chinese has no blanks between sentences, and the source as a second one."""
    said, mark, source = text.strip().replace("\n", "").partition(SOURCE_MARK)
    return said + PARAGRAPH + (SAMPLE_NOTE if sample else mark + source)


def _named(names: list[str]) -> list[dict[str, str]]:
    return [{"name": str(name)} for name in names]


def _item(line: str) -> dict[str, Any]:
    """An information item, written `name|type|length|description`."""
    name, data_type, length, description = line.split("|", 3)
    item: dict[str, Any] = {"name": name, "data_type": data_type}
    if length:
        item["length"] = int(length)
    if description:
        item["description"] = description
    return item


def _sharing(raw: dict[str, Any]) -> dict[str, Any]:
    said = raw.get("share", "unconditional")
    if isinstance(said, dict) and "none" in said:
        return {"sharing_type": "none", "sharing_basis": said["none"]}
    shared = {
        "sharing_modes": raw.get("modes", ["batch_download"]),
        "sharing_purposes": raw.get("purposes", ["reference"]),
    }
    if said == "unconditional":
        return {"sharing_type": "unconditional", **shared}
    return {"sharing_type": "conditional", "sharing_condition": said["conditional"], "sharing_basis": said["basis"], **shared}


def _opening(said: Any) -> dict[str, Any]:
    if said == "unconditional":
        return {"open_type": "unconditional", "platform_authorised": True}
    if "none" in said:
        return {"open_type": "none", "open_ground": said["none"], "open_basis": said["basis"], "platform_authorised": False}
    return {"open_type": "conditional", "open_condition": said["conditional"], "platform_authorised": True}
