"""What tests of pages share: entries in every state, and a browser for each person."""
from __future__ import annotations

from typing import Any

import pytest
from browser import Browser
from world import World


@pytest.fixture
def place(world: World) -> dict[str, str]:
    return world.in_every_state()


@pytest.fixture
def visit(app: Any, world: World) -> Any:
    """`visit(role)` is the browser of the world's person of that role."""
    return lambda role="": Browser(app, getattr(world, role) if role else "")
