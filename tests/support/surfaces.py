"""The access matrix as data: states of a file, roles, and every surface by which data may leave. One more is one more row."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from browser import Browser
from granting import BLOCKED, ELSEWHERE, GRANTED, HOLDERS
from planting import CLOSED, CONDITIONAL, EVERYONE, INSIDERS, Planted, draft, former, narrowed, published, replacement
from walk import TOKENS

# The accounts of `World.people`, in the order of the report.
ROLES = ("anonymous", "citizen", "other_editor", "operator", "own_member", "own_editor", "competent")
ANYBODY = EVERYONE | set(HOLDERS)


@dataclass(frozen=True)
class State:
    """`may`: who may fetch the file. `serving`: the resource serves it now. `known`: to whom the file is no secret."""

    name: str
    stand: Callable[..., Any]
    may: frozenset[str]
    serving: bool
    known: bool

    @property
    def roles(self) -> tuple[str, ...]:
        """Who are asked about it: of those with a case, whom it could make a difference to."""
        return ROLES + (HOLDERS if self.name == "conditional" else (GRANTED, BLOCKED) if self.name in ELSEWHERE else ())


STATES = (
    State("open", published(), ANYBODY, serving=True, known=True),
    State("conditional", published(**CONDITIONAL), INSIDERS | {GRANTED}, serving=True, known=True),
    State("not opened", published(**CLOSED), INSIDERS, serving=True, known=False),
    State("narrowed to conditional", narrowed, INSIDERS, serving=True, known=True),
    State("unpublished draft", draft, INSIDERS, serving=False, known=False),
    State("replacement in the draft of an open entry", replacement(), INSIDERS, serving=False, known=False),
    State("replacement in the draft of a conditional entry", replacement(**CONDITIONAL), INSIDERS, serving=False, known=False),
    State("former version of an open entry", former(), ANYBODY, serving=False, known=True),
    State("former version of a conditional entry", former(**CONDITIONAL), INSIDERS, serving=False, known=True),
)


@dataclass(frozen=True)
class Surface:
    """A request about a file: `{name}`, `{entry}`, `{resource}` and `{file}` in the address are the planted ones.

    hands_out: what whoever may fetch finds in the answer (`row`, `column` or `filename`); empty for what must not hand out
    data to anybody, or need not. by_file: the request names the file itself, so that it works also for one that its
    resource does not serve now.
    """

    name: str
    address: str
    hands_out: str = ""
    by_file: bool = False
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, Any] | None = None

    def serves(self, planted: Planted) -> bool:
        """Whether it hands out this file, to those who may fetch it."""
        return bool(self.hands_out) and (planted.serving or self.by_file)

    def ask(self, browser: Browser, planted: Planted) -> Any:
        request: dict[str, Any] = {"headers": dict(self.headers)}
        if self.posts is not None:
            request["json"] = json.loads(planted.named_in(json.dumps(self.posts)))
        return browser.open(self.method, planted.named_in(self.address), **request)


def _api(action: str, **parameters: Any) -> str:
    """The address of an action; parameters may hold `{resource}` and so on."""
    encoded = urlencode({k: v if isinstance(v, str) else json.dumps(v) for k, v in parameters.items()}, safe="{}")
    return f"/api/3/action/{action}" + (f"?{encoded}" if encoded else "")


_RESOURCE = "/dataset/{name}/resource/{resource}"
_BY_RESOURCE = {"resource_id": "{resource}"}

SURFACES = (
    # The bytes
    Surface("download", f"{_RESOURCE}/download", "row"),
    Surface("download under a name", f"{_RESOURCE}/download/x.csv", "row"),
    Surface("download by the entry's id", "/dataset/{entry}/resource/{resource}/download", "row"),
    Surface("download, headers alone", f"{_RESOURCE}/download", "filename", method="HEAD"),
    Surface("download, a part", f"{_RESOURCE}/download", "row", headers={"Range": "bytes=0-60000"}),
    Surface("download, in Chinese", f"/zh_Hans_CN{_RESOURCE}/download", "row"),
    Surface("file by its own id", "/datafile/{file}/download", "row", by_file=True),
    Surface("file by its own id, headers alone", "/datafile/{file}/download", "filename", by_file=True, method="HEAD"),
    Surface("resource's id as a file's", "/datafile/{resource}/download"),
    Surface("file's id as a resource's", "/dataset/{name}/resource/{file}/download"),
    Surface("CKAN's /file/download", "/file/download/{file}"),
    Surface("CKAN's /file/public-download", "/file/public-download/default/datafiles/{file}"),
    Surface("CKAN's /file/trusted-download", "/file/trusted-download/{file}"),
    Surface("CKAN's file_show", _api("file_show", id="{file}")),
    # The rows
    Surface("datastore_search", _api("datastore_search", **_BY_RESOURCE), "row"),
    Surface("datastore_search, posted", _api("datastore_search"), "row", method="POST", posts=_BY_RESOURCE),
    Surface("datastore_search as CSV", _api("datastore_search", records_format="csv", **_BY_RESOURCE), "row"),
    Surface("datastore_search for words", _api("datastore_search", q="row", **_BY_RESOURCE), "row"),
    Surface("datastore_search, no rows", _api("datastore_search", limit=0, **_BY_RESOURCE), "column"),
    Surface("datastore_search, wrong", _api("datastore_search", filters={"_id": "x"}, sort="x", **_BY_RESOURCE)),
    Surface("datastore_search by the table", _api("datastore_search", resource_id="{file}")),
    Surface("datastore_search, table of tables", _api("datastore_search", resource_id="_table_metadata")),
    Surface("datastore_search_sql", _api("datastore_search_sql", sql='SELECT * FROM "{file}"')),
    Surface("datastore_info", _api("datastore_info", **_BY_RESOURCE), "column"),
    Surface("datastore_info by `id`", _api("datastore_info", id="{resource}"), "column"),
    Surface("datastore_info by the table", _api("datastore_info", id="{file}")),
    Surface("datastore_upsert", _api("datastore_upsert"), method="POST",
            posts={**_BY_RESOURCE, "records": [{"_id": 1}], "method": "upsert", "include_records": True, "force": True}),
    Surface("datastore_delete", _api("datastore_delete"), method="POST",
            posts={**_BY_RESOURCE, "filters": {}, "include_deleted_records": True, "force": True}),
    Surface("table_show", _api("govshare_table_show", **_BY_RESOURCE), "row"),
    Surface("preview in the page", _RESOURCE, "row"),
    Surface("export as CSV", f"{_RESOURCE}/export/csv", "row"),
    Surface("export as CSV, filtered", f"{_RESOURCE}/export/csv?q=row&bom=1", "row"),
    Surface("export as JSON", f"{_RESOURCE}/export/json", "row"),
    Surface("export as XLSX", f"{_RESOURCE}/export/xlsx", "row"),
    Surface("export as XML", f"{_RESOURCE}/export/xml", "row"),
    Surface("export, headers alone", f"{_RESOURCE}/export/csv", method="HEAD"),
    Surface("export by the table", "/dataset/{name}/resource/{file}/export/csv"),
    Surface("dump", "/datastore/dump/{resource}", "row"),
    Surface("dump by the table", "/datastore/dump/{file}"),
    Surface("/datastore/api_info", "/datastore/api_info/{resource}"),
    Surface("data dictionary", "/dataset/{name}/dictionary/{resource}"),
    # The files
    Surface("file_show", _api("govshare_file_show", id="{file}"), "filename", by_file=True),
    Surface("file_list", _api("govshare_file_list", resource_id="{resource}"), "filename", by_file=True),
    Surface("file_compare", _api("govshare_file_compare", id="{file}", other="{file}")),
    Surface("file_sample", _api("govshare_file_sample", id="{file}"), "row", by_file=True),
    Surface("file's page", "/datafile/{file}", "filename", by_file=True),
    Surface("file's progress", "/datafile/{file}/status"),
    Surface("versions", f"{_RESOURCE}/versions"),
    Surface("comparison", f"{_RESOURCE}/compare?a={{file}}&b={{file}}"),
    # The catalogue
    Surface("entry's page", "/dataset/{name}"),
    Surface("package_show", _api("package_show", id="{name}")),
    Surface("package_show, default schema", _api("package_show", id="{name}", use_default_schema=True)),
    Surface("resource_show", _api("resource_show", id="{resource}")),
    Surface("package_search", _api("package_search", fq="name:{name}", include_private=True)),
    Surface("package_search, default schema", _api("package_search", fq="name:{name}", use_default_schema=True)),
    Surface("package_search, all fields", _api("package_search", fq="name:{name}", fl="*", include_private=True)),
    Surface("package_search, stored entries", _api("package_search", fq="name:{name}", fl="validated_data_dict,data_dict")),
    Surface("package_search, addresses", _api("package_search", fq="name:{name}", fl="name,res_url,res_name")),
    Surface("package_search, facets", _api("package_search", rows=0, include_private=True, **{
        "facet.field": ["res_url", "res_name", "res_format", "res_type", "text"], "facet.limit": -1})),
    Surface("package_search for the words", _api("package_search", q="text:zqx*", include_private=True)),
    Surface("resource_search by address", _api("resource_search", query="url:zqx")),
    Surface("resource_search by hash", _api("resource_search", query="hash:")),
    Surface("resource_search by size", _api("resource_search", query="name:数据", order_by="size")),
    Surface("current_package_list_with_resources", _api("current_package_list_with_resources", limit=1000)),
    Surface("resource_view_list", _api("resource_view_list", id="{resource}")),
    Surface("feed", "/feeds/dataset.atom"),
    Surface("organization_show", _api("organization_show", id="shengtai-huanjing", include_datasets=True)),
    Surface("access_show", _api("govshare_access_show", **_BY_RESOURCE)),
    Surface("fetch_counts", _api("govshare_fetch_counts", **_BY_RESOURCE)),
    Surface("entry_show", _api("govshare_entry_show", id="{entry}")),
    Surface("entry_version_list", _api("govshare_entry_version_list", id="{entry}")),
    Surface("review's page", "/entry/{entry}"),
    Surface("trace_list", _api("govshare_trace_list")),
    # Conditional access
    Surface("application_summary", _api("govshare_application_summary", dataset_id="{entry}")),
    Surface("application's form", "/dataset/{name}/apply"),
    Surface("my applications", "/my/applications"),
    Surface("my grants", "/my/grants"),
)


def clean(text: str) -> str:
    """An answer without the tokens of forms, whose random letters and digits may be anything."""
    return TOKENS.sub(r"\1", text)
