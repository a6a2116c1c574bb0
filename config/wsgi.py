"""The WSGI application that gunicorn serves; ``CKAN_INI`` names its configuration."""
from __future__ import annotations

from ckan.cli import load_config
from ckan.config.middleware import make_app

application = make_app(load_config())
