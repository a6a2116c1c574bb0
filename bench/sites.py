"""The two sites: the portal as it is, and CKAN with the DataStore alone, each with two workers of the production server."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ckan
import ckan.plugins.toolkit as tk
import requests
import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.lib import search
from emptying import empty_tables, owner_engine
from webserver import WebServer, serving

WORKERS = 2
STOCK = "bench_stock"
COMMON = {"testing": "false", "ckan.locale_default": "zh_Hans_CN"}


@contextmanager
def prepared(ini: Path) -> Iterator[sa.Engine]:
    """CKAN loaded in this process with the tests' settings, its database and index empty before and after."""
    application = make_app(load_config(str(ini)))
    owner = owner_engine(ini)
    with application._wsgi_app.test_request_context():
        _empty(owner)
        try:
            yield owner
        finally:
            _empty(owner)


def _empty(owner: sa.Engine) -> None:
    model.Session.remove()
    empty_tables(owner)
    search.clear_all()


@contextmanager
def both(competent: str) -> Iterator[tuple[WebServer, WebServer]]:
    """The portal and stock CKAN, serving what the database holds, both with a fresh index."""
    with _stock_core() as core:
        stock = COMMON | {"ckan.plugins": "datastore", "ckan.site_id": STOCK, "ckan.favicon": "/base/images/ckan.ico",
                          "solr_url": core}
        indexing = _index_stock(stock)
        search.rebuild(defer_commit=True, quiet=True)
        search.commit()
        if indexing.wait():
            raise RuntimeError("Stock CKAN could not index the entries")
        with serving(WORKERS, COMMON | {"govshare.competent_department": competent}) as ours, serving(WORKERS, stock) as other:
            yield ours, other


def _index_stock(settings: dict[str, str]) -> subprocess.Popen[bytes]:
    base = Path(tk.config["__file__"])
    ini = base.with_name(f"{STOCK}.ini")
    ini.write_text("\n".join(["[app:main]", f"use = config:{base}", *(f"{k} = {v}" for k, v in settings.items()), ""]))
    environ = {key: value for key, value in os.environ.items() if key != "CKAN_INI"}
    with (base.parent / "log" / "bench.log").open("ab") as log:
        return subprocess.Popen([str(Path(sys.executable).with_name("ckan")), "-c", str(ini), "search-index", "rebuild", "-q"],
                                env=environ, stdout=subprocess.DEVNULL, stderr=log)


@contextmanager
def _stock_core() -> Iterator[str]:
    """A core with the schema that CKAN brings, on the same Solr; its address."""
    run = Path(tk.config["__file__"]).parent
    folder = run / "solr" / "home" / STOCK
    solr = tk.config["solr_url"].rpartition("/")[0]
    _remove_core(solr, folder)
    _write_core(Path(__file__).parents[1] / "config" / "solr" / "core" / "conf", folder)
    requests.get(f"{solr}/admin/cores", {"action": "CREATE", "name": STOCK, "instanceDir": STOCK}, timeout=60).raise_for_status()
    try:
        yield f"{solr}/{STOCK}"
    finally:
        _remove_core(solr, folder)
        run.joinpath(f"{STOCK}.ini").unlink(missing_ok=True)


def _remove_core(solr: str, folder: Path) -> None:
    requests.get(f"{solr}/admin/cores", {"action": "UNLOAD", "core": STOCK, "deleteInstanceDir": "true"}, timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


def _write_core(ours: Path, folder: Path) -> None:
    """CKAN's schema with the caches and commits of our core, and none of our query settings."""
    conf = folder / "conf"
    conf.mkdir(parents=True)
    shutil.copyfile(Path(ckan.__file__).parent / "config" / "solr" / "schema.xml", conf / "schema.xml")
    for empty in ("protwords.txt", "synonyms.txt", "stopwords.txt"):
        (conf / empty).touch()
    settings = ET.parse(ours / "solrconfig.xml")  # noqa: S314 - a file of this repository
    for handler in settings.iter("requestHandler"):
        if handler.get("name") == "/select":
            for child in list(handler):
                handler.remove(child)
    settings.write(conf / "solrconfig.xml", encoding="utf-8", xml_declaration=True)
