"""Commands about accounts, for whoever has the server: each change is an event of the trace, done by `console:` and a name."""
from __future__ import annotations

import json
import sys
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model


@click.group()
def accounts() -> None:
    """Accounts of people and of programs."""


@accounts.command()
def provision() -> None:
    """Make accounts, set passwords and make API tokens, as a JSON list on standard input asks; the tokens are printed.

    Each account is {"name", "email", "fullname", "password", "token"}: it is made where there is none, and then needs address and
    password; a `password` is set; `token` is the name of a token to make. What is printed is {name: token}. Nothing of it
    stands in the arguments of a process, which others on the machine can read.
    """
    made = {}
    for wanted in json.load(sys.stdin):
        _provide(wanted)
        if wanted.get("token"):
            token = tk.get_action("api_token_create")(_console(), {"user": wanted["name"], "name": wanted["token"]})
            made[wanted["name"]] = token["token"]
    click.echo(json.dumps(made))


def _provide(wanted: dict[str, Any]) -> None:
    user = model.User.get(wanted["name"])
    try:
        if user is None:
            tk.get_action("user_create")(_console(), {
                name: wanted[name] for name in ("name", "email", "fullname", "password") if name in wanted})
        elif wanted.get("password"):
            tk.get_action("user_update")(_console(), {
                "id": user.id, "name": user.name, "email": user.email, "password": wanted["password"]})
    except tk.ValidationError as error:
        raise click.ClickException(f"{wanted['name']}: {error.error_summary}") from error


def _console() -> dict[str, Any]:
    return {"ignore_auth": True, "user": ""}
