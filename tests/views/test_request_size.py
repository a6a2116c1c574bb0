"""A request that is too large is refused before anything of it is kept, with words that say so."""
from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from werkzeug.datastructures import FileStorage
from world import World

LIMIT = 1  # MB, in these tests
TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
pytestmark = pytest.mark.ckan_config("ckan.max_resource_size", LIMIT)


def big(megabytes: int) -> FileStorage:
    return FileStorage(BytesIO(b"1,2\n" * (megabytes * 2**18)), filename="a.csv")


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=world.editor)["token"]}


def stored() -> set[Path]:
    return {path for path in Path(tk.config["ckan.storage_path"]).rglob("*") if path.is_file()}


def test_a_file_beyond_the_limit_is_refused_by_the_api(app: Any, world: World, headers: dict[str, str]) -> None:
    entry, before = world.draft(), stored()
    answer = app.post("/api/3/action/resource_create", data={"package_id": entry["id"], "upload": big(3)}, headers=headers)
    assert answer.status_code == TOO_LARGE
    assert answer.json["success"] is False
    assert "2 MB" in answer.json["error"]["message"]
    assert not world.call(world.editor, "package_show", id=entry["id"])["resources"]
    assert stored() == before


def test_a_declared_size_is_refused_without_reading(app: Any, headers: dict[str, str]) -> None:
    class Untouched(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

    answer = app.post("/api/3/action/resource_create", headers=headers, environ_overrides={
        "CONTENT_LENGTH": str(2 * 2**30), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Untouched()})
    assert answer.status_code == TOO_LARGE


class Endless:
    """A body that never ends."""

    def __init__(self, start: bytes) -> None:
        self.start, self.given = start, 0

    def read(self, size: int | None = -1) -> bytes:
        assert self.given < 5 * 2**20, "more was read than allowed"
        chunk = self.start or b"x" * (size if size and size > 0 else 65536)
        self.start = b""
        self.given += len(chunk)
        return chunk

    def close(self) -> None:
        """As streams can."""


@pytest.mark.parametrize(("kind", "start", "status"), [
    ("multipart/form-data; boundary=b",
     b'--b\r\nContent-Disposition: form-data; name="upload"; filename="a.csv"\r\n\r\n', TOO_LARGE),
    ("application/json", b'{"a": "', HTTPStatus.BAD_REQUEST),
], ids=["a file", "JSON"])
def test_a_body_without_declared_size_is_left_once_it_is_too_large(app: Any, headers: dict[str, str], kind: str, start: bytes,
                                                                   status: HTTPStatus) -> None:
    answer = app.post("/api/3/action/resource_create", headers=headers, environ_overrides={
        "CONTENT_LENGTH": "", "CONTENT_TYPE": kind, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True,
        "wsgi.input": Endless(start)})
    assert answer.status_code == status


@pytest.mark.parametrize(("language", "word"), [("zh_Hans_CN", 'lang="zh'), ("en", "The request is larger")])
def test_a_person_gets_a_page(app: Any, world: World, language: str, word: str) -> None:
    answer = app.post(f"/{language}/dataset/new", data={"upload": big(3)}, extra_environ={"REMOTE_USER": world.editor})
    assert answer.status_code == TOO_LARGE
    assert word in answer.body
    assert "<main" in answer.body or "main-content" in answer.body


def test_json_beyond_what_fits_in_memory_is_refused(app: Any, headers: dict[str, str]) -> None:
    answer = app.post("/api/3/action/package_create", data=b"{" + b" " * (3 * 2**20) + b"}", headers=headers,
                      content_type="application/json")
    assert answer.status_code == TOO_LARGE


def test_a_file_within_the_limit_passes(app: Any, world: World, headers: dict[str, str]) -> None:
    entry = world.draft()
    answer = app.post("/api/3/action/resource_create", headers=headers, data={
        "package_id": entry["id"], "name": "a", "upload": FileStorage(BytesIO(b"a,b\n1,2\n"), filename="a.csv")})
    assert answer.status_code == HTTPStatus.OK
