"""The rules of docs/architecture.md, asked of what each module imports and calls; and each rule broken on purpose."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest
from architecture import House

NAME = "ckanext.govshare"
ROOT = Path(__file__).parents[2] / "ckanext-govshare" / "ckanext" / "govshare"
THEME = Path(__file__).parents[2] / "themes" / "ckanext" / "govshare_theme"
# What reaches out of the process, or tells the time.
OUTSIDE = {"os", "socket", "subprocess", "tempfile", "time", "urllib.request", "http", "threading", "secrets", "random"}
# Libraries that compute, and nothing else.
PURE = {"chinese_calendar", "markdown_it", "msgspec", "nh3", "pyparsing", "pypinyin", "stdnum", "zxcvbn"}
MOST_AT_THE_ROOT = 8
WHERE_SQL_IS = ("repository", "model")

HOUSE = House.of(NAME, ROOT)
HOUSES = (HOUSE, House.of("ckanext.govshare_theme", THEME))


def impure(house: House) -> list[tuple[str, str]]:
    """What the domain imports beyond itself and what computes."""
    allowed = (sys.stdlib_module_names - OUTSIDE) | PURE
    return [(module, imported) for module in house.modules if house.within(module, "domain")
            for imported in sorted(house.imports_anywhere[module]) if not house.within(imported, "domain")
            and (imported in OUTSIDE or imported.partition(".")[0] not in allowed)]


def commanded(house: House) -> list[tuple[str, str]]:
    """Features that reach for another in place of the table of consequences."""
    features = ("agreements", "grants", "appeals", "attachments")
    return [pair for feature in ("applications", "agreements", "grants")
            for pair in house.forbidden(f"logic.{feature}", *(f"logic.{other}" for other in features if other != feature))]


LAYERS = [
    ("model", ("logic", "repository", "views", "display", "security", "cli")),
    ("repository", ("logic", "views", "display", "security", "cli")),
    ("logic", ("views", "cli")),
    # What templates call writes nothing; tests/support/rendering.py looks on while they do.
    ("display", ("views", "cli", "logic.record", "logic.gate.accounting", "repository.outbox", "subscriptions")),
    ("views", ("repository", "model", "logic.record", "logic.action")),
    ("reading", ("logic", "repository", "model", "views", "display", "security", "cli")),
    ("logic.cases.kernel", tuple(f"logic.{feature}" for feature in (
        "applications", "agreements", "grants", "appeals", "review", "attachments", "action", "auth"))),
]


def test_the_domain_knows_nothing_but_itself_and_what_computes() -> None:
    assert impure(HOUSE) == []


@pytest.mark.parametrize(("layer", "forbidden"), LAYERS)
def test_a_layer_does_not_know_those_above_it(layer: str, forbidden: tuple[str, ...]) -> None:
    assert HOUSE.forbidden(layer, *forbidden) == []


def test_a_feature_commands_no_other_but_through_the_table_of_consequences() -> None:
    assert commanded(HOUSE) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert HOUSE.circle == []


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.package)
class TestOfEveryPackage:
    def test_sql_stands_in_the_repository_alone(self, house: House) -> None:
        assert house.sql(*WHERE_SQL_IS) == []

    def test_settings_are_read_in_config_alone(self, house: House) -> None:
        assert house.settings("config") == []

    def test_no_import_stands_inside_a_function_without_its_reason(self, house: House) -> None:
        assert house.unexplained_imports() == []


def test_no_view_authorises() -> None:
    assert HOUSE.authorising("views") == []


def test_few_modules_stand_at_the_root() -> None:
    assert len([path for path in ROOT.glob("*.py") if path.name != "__init__.py"]) <= MOST_AT_THE_ROOT


def built(**sources: str) -> House:
    """A house of a few modules, `a__b` for `a.b`."""
    return House(NAME, {f"{NAME}.{name.replace('__', '.')}": text for name, text in sources.items()})


class TestOfTheTests:
    """A rule that is broken on purpose is noticed, and the module named; what keeps to it is not."""

    @pytest.mark.parametrize("line", [
        "import time", "from time import monotonic", "import ckan.plugins.toolkit as tk", "from flask import request",
        "import sqlalchemy as sa", f"from {NAME} import clock", f"from {NAME}.logic import roles",
        "def rule():\n    import os  # only here",
    ])
    def test_a_domain_that_is_not_pure(self, line: str) -> None:
        assert impure(built(domain__rules=line))

    def test_a_domain_that_is(self) -> None:
        assert not impure(built(domain__rules=f"import re\nfrom datetime import date\nfrom {NAME}.domain import other",
                                domain__other="import msgspec"))

    @pytest.mark.parametrize(("layer", "forbidden"), LAYERS)
    def test_a_layer_that_reaches_up(self, layer: str, forbidden: tuple[str, ...]) -> None:
        for above in forbidden:
            module = f"{layer}.feature" if layer != "logic.cases.kernel" else layer
            house = House(NAME, {f"{NAME}.{module}": f"from {NAME}.{above} import thing", f"{NAME}.{above}": ""})
            assert house.forbidden(layer, *forbidden) == [(f"{NAME}.{module}", f"{NAME}.{above}")]

    def test_a_feature_that_commands_another(self) -> None:
        assert commanded(built(logic__applications=f"from {NAME}.logic import grants", logic__grants=""))
        assert not commanded(built(logic__appeals=f"from {NAME}.logic import applications", logic__applications=""))

    def test_modules_in_a_circle(self) -> None:
        assert built(a=f"from {NAME} import b", b=f"from {NAME} import c", c=f"from {NAME}.a import thing").circle
        assert not built(a=f"from {NAME} import b", b=f"def late():\n    from {NAME} import a").circle

    @pytest.mark.parametrize("line", [
        "import sqlalchemy as sa", "from sqlalchemy.exc import IntegrityError", "import psycopg2", "from psycopg2 import sql",
        "def late():\n    import sqlalchemy  # only here", "model.Session.execute(statement)", "model.Session.query(model.User)",
        "model.Session.get(model.Package, 'x')", "model.Session.scalars(x)", "model.Session().connection()",
        "ckan.model.Session.begin_nested()", "from ckanext.datastore.backend.postgres import get_read_engine",
    ])
    @pytest.mark.parametrize("module", ["logic__feature", "views__feature", "jobs", "security__feature", "display__feature"])
    def test_sql_out_of_place(self, module: str, line: str) -> None:
        assert built(**{module: line}).sql(*WHERE_SQL_IS)
        assert not built(repository__feature=line, model__feature=line).sql(*WHERE_SQL_IS)

    def test_the_end_of_a_transaction_is_no_sql(self) -> None:
        assert not built(jobs="model.Session.commit()\nmodel.Session.rollback()\nput(model.Session, 1)").sql(*WHERE_SQL_IS)

    @pytest.mark.parametrize("line", [
        "tk.config['govshare.x']", "tk.config.get('ckan.site_url')", "from ckan.common import config",
        "from ckan.plugins.toolkit import config as c", "toolkit.config['a']", "settings = tk.config",
    ])
    def test_a_setting_read_out_of_place(self, line: str) -> None:
        assert built(logic__feature=line).settings("config")
        assert not built(config=line, security__start="def verify(config):\n    return config['a']").settings("config")

    @pytest.mark.parametrize("line", [
        "tk.check_access('package_update', {}, {})", "user.sysadmin", "from ckan import authz",
        f"from {NAME}.logic import roles", f"from {NAME}.logic.auth import grants",
        "def late():\n    from ckan import authz  # now",
    ])
    def test_a_view_that_authorises(self, line: str) -> None:
        house = built(views__feature=line, logic__roles="", logic__auth__grants="")
        assert [module for module, _ in house.authorising("views")] == [f"{NAME}.views.feature"]

    def test_a_view_that_asks_who_is_logged_in(self) -> None:
        assert not built(views__feature="tk.current_user.is_authenticated\ntk.get_action('x')({}, {})").authorising("views")

    @pytest.mark.parametrize("comment", ["", "  # noqa: PLC0415", "  #"])
    def test_an_import_inside_a_function_without_a_reason(self, comment: str) -> None:
        assert built(jobs=f"def late():\n    import os{comment}\n").unexplained_imports() == [(f"{NAME}.jobs", "import os")]

    def test_an_import_inside_a_function_with_one(self) -> None:
        assert not built(jobs="def late():\n    import os  # it takes long\n    # It takes long, too.\n    import re\n",
                              ).unexplained_imports()
