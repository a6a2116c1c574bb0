"""All actions, by feature; each module names its own in `__all__`."""
from __future__ import annotations

from ckan.types import Action

from ckanext.govshare.logic.action import catalog, packages, regulations, trace

_MODULES = (catalog, packages, regulations, trace)


def get_actions() -> dict[str, Action]:
    return {name: getattr(module, name) for module in _MODULES for name in module.__all__}
