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
