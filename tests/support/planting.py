"""Files with words in them that only those who may fetch them shall ever see."""
from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import loaded_tables
from walk import body_of
from world import World

from ckanext.govshare.domain.datafiles import UNREAD, DataFile
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.repository import datafiles

WORD = "zqx"
ROWS = 23
# In bytes. A size counts as found where it stands as a number of its own, never among the digits of a hash, a time or an
# identifier; no port that the system gives out is so high.
FIRST_SIZE = 61_717
NARROWING = "《数据安全法》第二十一条"
PLAIN = "站点名称,浓度\n国控一站,35\n".encode()
CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}
CLOSED = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"}

INSIDERS = frozenset({"own_member", "own_editor", "own_admin", "competent"})
EVERYONE = INSIDERS | {"anonymous", "citizen", "other_editor", "operator"}
OWN = INSIDERS - {"competent"}


@dataclass(frozen=True)
class Canaries:
    """The words of one planted file, by where they stand. `backend` is the address that a link leads to."""

    backend: str
    filename: str
    column: str
    row: str
    sha256: str
    size: str

    @classmethod
    def of(cls, key: str, number: int) -> Canaries:
        host, name, column, row = (f"{WORD}{place}{key}" for place in ("host", "name", "col", "row"))
        return cls(host, name, column, row, sha256="", size=str(FIRST_SIZE + 10 * number))

    def content(self) -> bytes:
        """A table of ROWS rows with these words, of exactly this size."""
        lines = [f"{self.column},备注", *[f"{self.row}{number},甲" for number in range(ROWS - 1)]]
        head = ("\n".join(lines) + f"\n{self.row},").encode()
        return head + b"x" * (int(self.size) - len(head) - 1) + b"\n"

    def found_in(self, text: str) -> list[str]:
        """Where those of the words stood that `text` holds."""
        found = [name for name in ("backend", "filename", "column", "row") if getattr(self, name) in text]
        found += ["sha256"] if self.sha256 and self.sha256 in text else []
        told = self.size in text and re.search(rf"(?a)(?<![\w.-]){self.size}(?![\w+=-]|\.\d)", text)
        return found + (["size"] if told else [])


@dataclass(frozen=True)
class Planted:
    """An entry, one of its resources, and the file in question. `serving`: the resource serves it now."""

    name: str
    entry: str
    resource: str
    file: str
    canaries: Canaries
    serving: bool
    may: frozenset[str]

    def named_in(self, pattern: str) -> str:
        """`pattern` with this file's `{name}`, `{entry}`, `{resource}` and `{file}`; other braces stay."""
        for key in ("name", "entry", "resource", "file"):
            pattern = pattern.replace(f"{{{key}}}", str(getattr(self, key)))
        return pattern


def answer_text(got: Any) -> str:
    """All that an answer says: status line, headers, body; not the length of that body, which may be any number."""
    own = str(len(got.get_data()))
    headers = (f"{name}: {value}" for name, value in got.headers if (name, value) != ("Content-Length", own))
    return "\n".join([got.status, *headers, body_of(got)])


def plant(world: World, key: str, number: int, standing: Callable[[World, Canaries], tuple[dict[str, Any], DataFile]],
          serving: bool, may: frozenset[str]) -> Planted:
    """Plant one file; `standing` brings it into its state and gives the entry and the file."""
    words = Canaries.of(key, number)
    entry, file = standing(world, words)
    kept = datafiles.get(file.id)
    assert kept is not None
    known = Canaries(**{**vars(words), "sha256": kept.sha256})
    return Planted(entry["name"], entry["id"], kept.resource_id, kept.id, known, serving, may)


def link(words: Canaries) -> list[dict[str, Any]]:
    return [{"name": "数据", "url": f"https://{words.backend}.example.com/a.csv"}]


def fetch_link(entry_id: str, words: Canaries) -> DataFile:
    """Give a link's file the bytes and the table that the worker would; the file."""
    (waiting,) = [file for file in datafiles.of_entry(entry_id) if file.state in UNREAD]
    kept = storage.keep(io.BytesIO(words.content()), waiting.id, 10**6)
    datafiles.change(waiting.id, location=kept.location, size=kept.size, sha256=kept.sha256, filename=f"{words.filename}.csv")
    (file,) = loaded_tables.load_all(entry_id)
    return file


def draft(world: World, words: Canaries) -> tuple[dict[str, Any], DataFile]:
    entry = world.draft(resources=link(words))
    return entry, fetch_link(entry["id"], words)


def published(**fields: Any) -> Callable[[World, Canaries], tuple[dict[str, Any], DataFile]]:
    def make(world: World, words: Canaries) -> tuple[dict[str, Any], DataFile]:
        entry = world.draft(resources=link(words), **fields)
        file = fetch_link(entry["id"], words)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        return world.approve(entry), file
    return make


def replacement(**fields: Any) -> Callable[[World, Canaries], tuple[dict[str, Any], DataFile]]:
    """A verified file in the draft of a published entry, which serves another."""
    def make(world: World, words: Canaries) -> tuple[dict[str, Any], DataFile]:
        entry = loaded_tables.published(world, PLAIN, "旧.csv", **fields)
        changed = [{**entry["resources"][0], **link(words)[0]}]
        world.call(world.editor, "package_patch", id=entry["id"], notes="改动后的摘要", resources=changed)
        return entry, fetch_link(entry["id"], words)
    return make


def former(**fields: Any) -> Callable[[World, Canaries], tuple[dict[str, Any], DataFile]]:
    """What the resource served before the file that it serves now."""
    def make(world: World, words: Canaries) -> tuple[dict[str, Any], DataFile]:
        entry, file = published(**fields)(world, words)
        loaded_tables.replace(world, entry, PLAIN)
        return entry, file
    return make


def narrowed(world: World, words: Canaries) -> tuple[dict[str, Any], DataFile]:
    """It was open, and by a reviewed change is not any more."""
    entry, file = published()(world, words)
    world.call(world.editor, "package_patch", id=entry["id"], **CONDITIONAL)
    world.call(world.editor, "govshare_entry_submit", id=entry["id"], narrowing_basis=NARROWING)
    return world.approve(entry), file
