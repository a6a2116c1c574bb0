"""What tests of pages share: entries in every state, and a browser for each person."""
from __future__ import annotations

from typing import Any

import pytest
from browser import Browser
from ckan.tests import factories
from world import World


@pytest.fixture
def place(world: World) -> dict[str, str]:
    """An entry in every state, a theme and a department, by what their addresses need."""
    theme = factories.Group(name="shengtai", title="生态环境")
    published = world.approved(resources=[{"name": "小时值", "url": "https://example.com/hourly.csv", "format": "CSV"}])
    return {"published": published["name"], "file": published["resources"][0]["id"], "draft": world.draft()["name"],
            "submitted": world.submitted()["name"], "returned": world.returned()["name"],
            "department": world.own["name"], "theme": theme["name"]}


@pytest.fixture
def visit(app: Any, world: World) -> Any:
    """`visit(role)` is the browser of the world's person of that role."""
    return lambda role="": Browser(app, getattr(world, role) if role else "")
