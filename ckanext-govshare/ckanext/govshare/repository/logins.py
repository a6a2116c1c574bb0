"""Which account somebody means who writes a name or an e-mail address."""
from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from ckan import model

LONGEST = 254  # characters of an e-mail address, and more than any name has


def plain(name: Any) -> str:
    """`name` without what does not tell accounts apart: case, width, blanks and control characters."""
    text = unicodedata.normalize("NFKC", str(name or "")[:4 * LONGEST]).casefold()
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c)[0] != "C")[:LONGEST]


def find(name: Any) -> model.User | None:
    """The account with this name or e-mail address, an active one before others; None where there is none.

    Not by its id, which is public where entries name who made them.
    """
    wanted = plain(name)
    if not wanted:
        return None
    user = model.User
    known = model.Session.query(user).filter(sa.or_(
        sa.func.lower(user.name) == wanted, sa.func.lower(user.email) == wanted))
    # A name goes before somebody else's e-mail address.
    found: model.User | None = known.order_by(user.state != "active", sa.func.lower(user.name) != wanted, user.id).first()
    return found
