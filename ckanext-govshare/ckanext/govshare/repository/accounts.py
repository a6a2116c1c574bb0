"""The SQL of accounts beyond CKAN's own."""
from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from ckan import model

# Those whose address is theirs; a blocked account's is free.
_USABLE = (model.State.ACTIVE, model.State.PENDING)


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
    if "@" in asked:
        return holders(asked)
    has_address = sa.func.coalesce(model.User.email, "") != ""
    found: list[model.User] = model.Session.query(model.User).filter(
        model.User.name == asked, model.User.state.in_(_USABLE), has_address).all()
    return found


def holders(address: str, other_than: str = "", states: tuple[str, ...] = _USABLE) -> list[model.User]:
    """The accounts in one of `states` that have an e-mail address, in whatever case it is written, but for one with the id
    `other_than`.
    """
    found: list[model.User] = model.Session.query(model.User).filter(
        sa.func.lower(model.User.email) == sa.func.lower(address), model.User.state.in_(states),
        model.User.id != other_than).all()
    return found


def fresh(account: str) -> model.User | None:
    """The account with an id, as it is in the database."""
    found: model.User | None = model.Session.query(model.User).filter(model.User.id == account).populate_existing().one_or_none()
    return found


def locked(account: str) -> model.User | None:
    """As `fresh`; nobody else changes it until the transaction ends."""
    query = model.Session.query(model.User).filter(model.User.id == account).populate_existing().with_for_update()
    found: model.User | None = query.one_or_none()
    return found


def lock(text: str) -> None:
    """Wait until nobody else gives an account `text` as its e-mail address or name; nobody does until the transaction ends."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(
        sa.func.hashtextextended(sa.func.lower(text), 0))))


def names(accounts: Iterable[str]) -> dict[str, str]:
    """The names of accounts by id; those that are gone are left out."""
    rows = model.Session.execute(sa.select(model.User.id, model.User.name).where(model.User.id.in_(list(accounts))))
    return {row.id: row.name for row in rows}


def capacities(account: str) -> dict[str, str]:
    """The roles in departments, as CKAN names them, of the account with an id: by the id of the department."""
    rows = model.Session.execute(sa.select(model.Member.group_id, model.Member.capacity).join(
        model.Group, model.Group.id == model.Member.group_id).where(
        model.Member.table_name == "user", model.Member.table_id == account, model.Member.state == model.State.ACTIVE,
        model.Group.is_organization.is_(True), model.Group.state == model.State.ACTIVE))
    return {row.group_id: row.capacity for row in rows}
