"""The SQL behind the validators of entries and departments."""
from __future__ import annotations

import sqlalchemy as sa
from ckan import model


def free_name(base: str) -> str:
    """`base`, or `base-2`, `base-3` … : the first that no package has, deleted ones included.

    Two requests for one base wait for each other until the first has committed its package, so they get two names.
    """
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"govshare:{base}", 0))))
    names = sa.select(model.Package.name).where(
        sa.or_(model.Package.name == base, model.Package.name.startswith(f"{base}-", autoescape=True)))
    taken = set(model.Session.execute(names).scalars())
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def uscc_is_taken(uscc: str, group_id: str | None) -> bool:
    """Whether an organization other than `group_id` has this 统一社会信用代码."""
    holder = sa.select(model.Group.id).where(
        model.Group.extras["uscc"].astext == uscc, model.Group.state == "active", model.Group.id != (group_id or ""))
    return bool(model.Session.execute(sa.select(holder.exists())).scalar())
