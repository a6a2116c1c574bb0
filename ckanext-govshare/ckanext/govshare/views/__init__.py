"""All blueprints, by feature."""
from __future__ import annotations

from flask import Blueprint

from ckanext.govshare.views import catalog, open_list, portal, regulations, search


def get_blueprints() -> list[Blueprint]:
    return [portal.blueprint, catalog.blueprint, open_list.blueprint, regulations.blueprint, search.blueprint]
