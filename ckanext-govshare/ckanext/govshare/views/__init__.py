"""All blueprints, by feature."""
from __future__ import annotations

from flask import Blueprint

from ckanext.govshare.views import catalog, portal, regulations, search


def get_blueprints() -> list[Blueprint]:
    return [portal.blueprint, catalog.blueprint, regulations.blueprint, search.blueprint]
