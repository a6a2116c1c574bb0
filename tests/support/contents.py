"""Short words for tests of data files: what a resource has and serves, and what was found."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from world import World, attachment

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.repository import datafiles

TABLE = "站点名称,日期,浓度,代码\n东塔,2026-03-01,31.5,007\n苏仙,2026年3月2日,28,008\n苏仙,2026-03-02,28,008\n".encode()
MORE = TABLE + "东塔,2026-03-03,30,007\n".encode()
CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}


def waiting(world: World) -> DataFile:
    """A draft's file that nobody has read."""
    entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
    return newest(entry["resources"][0])


def look(file: DataFile) -> DataFile:
    """The file as it is stored now."""
    model.Session.rollback()
    found = datafiles.get(file.id)
    assert found is not None
    return found


def newest(resource: dict[str, Any]) -> DataFile:
    """The last content that was taken in for the resource."""
    model.Session.rollback()
    return datafiles.of_resource(resource["id"])[0]


def served(resource: dict[str, Any]) -> DataFile:
    """What the public gets."""
    model.Session.rollback()
    file = datafiles.current(resource["id"])
    assert file is not None
    return file


def refresh(world: World, resource: dict[str, Any], content: bytes, filename: str = "新.csv") -> DataFile:
    """A newer content for a published data file, read."""
    world.upload({}, content, filename, id=resource["id"])
    world.read_files()
    return newest(resource)


def codes(file: DataFile) -> list[str]:
    return [found["code"] for found in file.findings]


def shown(world: World, user: str, file: DataFile) -> dict[str, Any] | None:
    """The file as `user` sees it, None if it does not exist for them."""
    try:
        answer: dict[str, Any] = world.call(user, "govshare_file_show", id=file.id)
    except tk.ObjectNotFound:
        return None
    return answer
