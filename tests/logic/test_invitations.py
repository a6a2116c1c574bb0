"""How somebody is invited: the link goes to them alone, and nothing is left of an invitation that failed."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import at
from ckan import model
from mails import key_in, mailed
from world import World

from ckanext.govshare import clock
from ckanext.govshare.repository import outbox

PASSWORD = "Shui-zhi-2026-jiance"
EMAIL = "sun.li@example.com"


def choose(key: str) -> Any:
    return tk.get_action("govshare_password_reset")({"user": ""}, {"key": key, "password1": PASSWORD, "password2": PASSWORD})


def invite(world: World, by: str, **fields: Any) -> Any:
    return world.call(by, "user_invite", **{"email": EMAIL, "group_id": world.own["id"], "role": "editor", **fields})


def test_the_link_goes_to_the_invited_alone(world: World, mails: Path) -> None:
    made = invite(world, world.admin)
    mail, = mailed(mails)
    assert mail["To"].addresses[0].addr_spec == EMAIL
    assert key_in(mail) not in str(made)
    assert set(made) == {"id", "name", "display_name", "state"}
    choose(key_in(mail))
    user = model.User.get(made["name"])
    assert (user.state, user.validate_password(PASSWORD)) == ("active", True)
    assert world.call(made["name"], "organization_list_for_user", id=made["name"])[0]["capacity"] == "editor"


def test_it_lasts_for_days(world: World, mails: Path) -> None:
    invite(world, world.admin)
    key = key_in(mailed(mails)[0])
    with at(clock.now() + timedelta(days=7)), pytest.raises(tk.ValidationError, match="key"):
        choose(key)
    with at(clock.now() + timedelta(days=6)):
        choose(key)


def test_nothing_is_left_of_an_invitation_that_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model.Session.query(model.User).count()
    for wrong in ({"role": "king"}, {"email": "no-address"}, {"group_id": "nowhere"}):
        with pytest.raises((tk.ValidationError, tk.ObjectNotFound, tk.NotAuthorized)):
            invite(world, world.operator, **wrong)
    model.Session.rollback()
    monkeypatch.setattr(outbox, "put", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invite(world, world.admin)
    assert model.Session.query(model.User).count() == before


@pytest.mark.parametrize("fields", [{}, {"group_id": None}])
def test_others_invite_nobody(world: World, fields: dict[str, Any]) -> None:
    for other in (world.editor, world.citizen, ""):
        with pytest.raises(tk.NotAuthorized):
            invite(world, other, **fields)
