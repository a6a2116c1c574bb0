"""The SQL of accounts beyond CKAN's own."""
from __future__ import annotations

import sqlalchemy as sa
from ckan import model


def token_by_reference(reference: str) -> str | None:
    """The id of the API token that a reference of `logic.accounts.token_reference` stands for; None where there is none."""
    digest = sa.func.encode(sa.func.sha256(sa.cast(model.ApiToken.id, sa.LargeBinary)), "hex")
    found: str | None = model.Session.execute(
        sa.select(model.ApiToken.id).where(sa.func.left(digest, 32) == reference)).scalar()
    return found


def reachable(asked: str) -> list[model.User]:
    """The accounts that somebody may mean who forgot the password: by address where there is an @, else by name.

    Blocked ones are none of them; invited ones are.
    """
    by = sa.func.lower(model.User.email) == asked.lower() if "@" in asked else model.User.name == asked
    usable = model.User.state.in_((model.State.ACTIVE, model.State.PENDING))
    has_address = sa.func.coalesce(model.User.email, "") != ""
    found: list[model.User] = model.Session.query(model.User).filter(by, usable, has_address).all()
    return found
