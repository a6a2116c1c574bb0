"""CKAN's own rows by their id alone: CKAN's look-ups also take names, which several data files may bear."""
from __future__ import annotations

from ckan import model


def package(package_id: str) -> model.Package | None:
    found: model.Package | None = model.Session.get(model.Package, package_id)
    return found


def resource(resource_id: str) -> model.Resource | None:
    found: model.Resource | None = model.Session.get(model.Resource, resource_id)
    return found


def group(group_id: str) -> model.Group | None:
    """A department or a theme."""
    found: model.Group | None = model.Session.get(model.Group, group_id)
    return found
