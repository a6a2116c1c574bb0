"""What the entry's form asks for beside its schema."""
from __future__ import annotations

from ckan import model

from ckanext.govshare import regulations
from ckanext.govshare.domain.profiles import Topic
from ckanext.govshare.domain.regulations import Citation


def gs_cite(topic: str) -> Citation | None:
    """Where the regulations in force here speak on `topic`, one of Topic; None where they are silent."""
    return regulations.current().cite(Topic(topic))


def gs_themes() -> list[model.Group]:
    """All themes, by title."""
    groups = model.Session.query(model.Group).filter_by(type="group", is_organization=False, state="active")
    return list(groups.order_by(model.Group.title))
