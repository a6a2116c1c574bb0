"""The Solr core itself: how it reads text, and what it does not offer."""
from __future__ import annotations

import re
from pathlib import Path

import ckan.plugins.toolkit as tk
import opencc
import pytest
import requests
from ckan.lib.search import check_solr_schema_version
from ckan.lib.search.common import make_connection

CONF = Path(__file__).parents[2] / "config" / "solr" / "core" / "conf"


def test_ckan_accepts_the_schema() -> None:
    assert check_solr_schema_version()


def test_an_english_word_is_found_in_its_other_forms() -> None:
    connection = make_connection()
    analysed = connection._send_request("get", "analysis/field?wt=json&analysis.fieldtype=text&analysis.query=cities+buses")
    assert '"text":"city"' in analysed
    assert '"text":"bus"' in analysed


def test_the_folding_is_that_of_opencc() -> None:
    source = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    rows = (line.split("\t") for line in source.read_text("utf-8").splitlines())
    expected = {old: new.split(" ")[0] for old, new in rows}
    ours = dict(re.findall(r'^"(.+)" => "(.+)"$', (CONF / "folding.txt").read_text("utf-8"), re.MULTILINE))
    assert ours == {"_": " "} | {old: new for old, new in expected.items() if old != new}


@pytest.mark.parametrize("path", ["config", "replication?command=details", "stream", "export?q=*:*", "graph", "debug/dump"])
def test_solr_offers_nothing_beyond_search_and_update(path: str) -> None:
    answer = requests.get(f"{tk.config['solr_url']}/{path}", timeout=10)
    assert answer.status_code == 404


def test_solr_fetches_nothing_from_elsewhere() -> None:
    answer = requests.get(f"{tk.config['solr_url']}/update", params={"stream.url": "http://127.0.0.1:9/x"}, timeout=10)
    assert answer.status_code == 400
