"""The API's examples are programs of their language, whatever a column or a value holds."""
from __future__ import annotations

import ast
import json
import shlex
from typing import Any

import pytest

from ckanext.govshare.domain.api_examples import TOKEN, Table, all_of, curl, javascript, python

HOSTILE = "'; rm -rf $HOME `id` \"\n\\ {x} </pre><script>站点"
FILTERS = {HOSTILE: HOSTILE}


def table(**fields: Any) -> Table:
    known: dict[str, Any] = {"search_url": "http://portal.example/api/3/action/datastore_search", "resource_id": "r1",
                             "csv_url": "http://portal.example/dataset/e/resource/r1/export/csv", "filters": FILTERS}
    return Table(**known | fields)


def strings(source: str) -> list[Any]:
    return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


def test_a_shell_reads_hostile_values_as_one_word() -> None:
    first = shlex.split(curl(table()))
    given = next(word for word in first if word.startswith("filters="))
    assert json.loads(given.removeprefix("filters=")) == FILTERS
    assert "rm" not in first


def test_python_reads_them_as_one_string() -> None:
    assert json.dumps(FILTERS, ensure_ascii=False) in strings(python(table()))


def test_javascript_reads_them_as_one_string() -> None:
    line = next(line for line in javascript(table()).splitlines() if "filters:" in line)
    assert json.loads(json.loads(line.strip().removeprefix("filters: ").removesuffix(","))) == FILTERS


@pytest.mark.parametrize("place", range(3))
def test_a_token_is_asked_for_where_the_data_is_not_for_everyone(place: int) -> None:
    assert TOKEN not in all_of(table())[place][1]
    assert all_of(table(token=True))[place][1].count(TOKEN) >= 1


def test_without_a_value_there_is_no_filter() -> None:
    examples = all_of(table(filters={}))
    assert examples
    assert all("filters" not in text for _language, text in examples)


SHELL = """curl --silent --show-error --get \\
{header}  http://p.example/search \\
  --data-urlencode resource_id=r1 \\
  --data-urlencode limit=5 \\
  --data-urlencode 'filters={{"站": "a'"'"'b"}}'

curl --silent --show-error \\
{header}  --output data.csv http://p.example/csv
"""
PYTHON = """import requests

{headers}answer = requests.get('http://p.example/search', params={{
    'resource_id': 'r1',
    'limit': '5',
    'filters': '{{"站": "a\\'b"}}',
}}{given}, timeout=30)
answer.raise_for_status()
for row in answer.json()['result']['records']:
    print(row)

table = requests.get('http://p.example/csv'{given}, timeout=300)
table.raise_for_status()
with open('data.csv', 'wb') as file:
    file.write(table.content)
"""
JAVASCRIPT = """const address = new URL("http://p.example/search");
address.search = new URLSearchParams({{
  resource_id: "r1",
  limit: "5",
  filters: "{{\\"站\\": \\"a'b\\"}}",
}});
const answer = await fetch(address{options});
const {{ result }} = await answer.json();
console.log(result.records);

const table = await fetch("http://p.example/csv"{options});
console.log((await table.text()).slice(0, 500));
"""


@pytest.mark.parametrize("token", [False, True])
def test_the_examples_stand_as_a_reader_copies_them(token: bool) -> None:
    asked = Table("http://p.example/search", "http://p.example/csv", "r1", {"站": "a'b"}, token)
    header = "  --header 'Authorization: YOUR-API-TOKEN' \\\n" if token else ""
    headers = "headers = {'Authorization': 'YOUR-API-TOKEN'}\n" if token else ""
    options = ', {headers: {Authorization: "YOUR-API-TOKEN"}}' if token else ""
    assert all_of(asked) == [
        ("curl", SHELL.format(header=header)),
        ("Python", PYTHON.format(headers=headers, given=", headers=headers" if token else "")),
        ("JavaScript", JAVASCRIPT.format(options=options))]
