"""Whoever has the server may make accounts and tokens; mail that is not sent can be read there."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from world import World

from ckanext.govshare.cli import govshare
from ckanext.govshare.repository import trace

LONG = "Shui-zhi-2026-jiance"


def provision(cli: Any, *wanted: dict[str, str]) -> Any:
    done = cli.invoke(govshare, ["accounts", "provision"], input=json.dumps(wanted))
    return done if done.exit_code else json.loads(done.output.splitlines()[-1])


def test_accounts_and_tokens_are_made_and_traced(world: World, cli: Any) -> None:
    wanted = {"name": "qian-qi", "email": "qian@example.com", "fullname": "钱七", "password": LONG, "token": "demo"}
    assert list(provision(cli, wanted)) == ["qian-qi"]
    user = model.User.get("qian-qi")
    assert user.validate_password(LONG)
    assert provision(cli, {"name": "qian-qi"}) == {}
    provision(cli, {"name": "qian-qi", "password": LONG + "2"})
    told = [(row["name"], row["actor"].split(":")[0]) for row in trace.events("accounts", user.id)]
    assert told == [("account_created", "console"), ("token_created", "console"), ("password_set", "console")]


def test_what_is_wrong_is_said(world: World, cli: Any) -> None:
    failed = provision(cli, {"name": "qian-qi", "email": "no address", "password": LONG})
    assert (failed.exit_code, "qian-qi" in failed.output, model.User.get("qian-qi")) == (1, True, None)


def test_the_newest_mail_is_shown(world: World, cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.invoke(govshare, ["mail", "show"]).exit_code == 1
    monkeypatch.setitem(tk.config, "govshare.mail_directory", str(tmp_path / "mail"))
    assert "There is no mail yet" in cli.invoke(govshare, ["mail", "show"]).output
    world.call("", "govshare_password_reset_request", user=world.citizen)
    shown = cli.invoke(govshare, ["mail", "show"]).output
    assert f"/user/reset/{model.User.get(world.citizen).id}?key=" in shown
