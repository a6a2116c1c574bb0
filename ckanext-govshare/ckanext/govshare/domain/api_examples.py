"""Runnable examples of the API for one table, each with the table's own address and a value that is in it.

Every text from outside is quoted by the rules of the language that it stands in.
"""
from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LIMIT = 5
TOKEN = "YOUR-API-TOKEN"  # noqa: S105 - a word for the reader to replace


@dataclass(frozen=True)
class Table:
    """What the examples speak of. `search_url`: of datastore_search; `csv_url`: of the whole table as CSV; `filters`: a
    column and a value that it holds, or empty; `token`: whether the caller has to say who they are.
    """

    search_url: str
    csv_url: str
    resource_id: str
    filters: Mapping[str, Any]
    token: bool = False


def _params(table: Table) -> dict[str, str]:
    filters = {"filters": json.dumps(dict(table.filters), ensure_ascii=False)} if table.filters else {}
    return {"resource_id": table.resource_id, "limit": str(LIMIT), **filters}


def curl(table: Table) -> str:
    """For a shell: some rows, then the whole table into a file."""
    header = f"  --header {shlex.quote('Authorization: ' + TOKEN)} \\\n" if table.token else ""
    parts = "".join(f" \\\n  --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in _params(table).items())
    return (f"curl --silent --show-error --get \\\n{header}  {shlex.quote(table.search_url)}{parts}\n\n"
            f"curl --silent --show-error \\\n{header}  --output data.csv {shlex.quote(table.csv_url)}\n")


def python(table: Table) -> str:
    """With the library requests."""
    params = "".join(f"    {name!r}: {value!r},\n" for name, value in _params(table).items())
    headers = f"headers = {{'Authorization': {TOKEN!r}}}\n" if table.token else ""
    with_headers = ", headers=headers" if table.token else ""
    return (
        f"import requests\n\n{headers}"
        f"answer = requests.get({table.search_url!r}, params={{\n{params}}}{with_headers}, timeout=30)\n"
        "answer.raise_for_status()\nfor row in answer.json()['result']['records']:\n    print(row)\n\n"
        f"table = requests.get({table.csv_url!r}{with_headers}, timeout=300)\ntable.raise_for_status()\n"
        "with open('data.csv', 'wb') as file:\n    file.write(table.content)\n")


def javascript(table: Table) -> str:
    """With fetch, in a page of this site or in Node.js."""
    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)
    params = "".join(f"  {name}: {text(value)},\n" for name, value in _params(table).items())
    options = f", {{headers: {{Authorization: {text(TOKEN)}}}}}" if table.token else ""
    return (
        f"const address = new URL({text(table.search_url)});\naddress.search = new URLSearchParams({{\n{params}}});\n"
        f"const answer = await fetch(address{options});\n"
        "const { result } = await answer.json();\nconsole.log(result.records);\n\n"
        f"const table = await fetch({text(table.csv_url)}{options});\nconsole.log((await table.text()).slice(0, 500));\n")


def all_of(table: Table) -> list[tuple[str, str]]:
    """The examples with the name of their language."""
    return [("curl", curl(table)), ("Python", python(table)), ("JavaScript", javascript(table))]
