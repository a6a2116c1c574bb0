"""The WSGI application that gunicorn serves; ``CKAN_INI`` names its configuration."""
from __future__ import annotations

from ckan import authz, logic
from ckan.cli import load_config
from ckan.config.middleware import make_app

application = make_app(load_config())

# CKAN gathers these at their first use, its own before those of plugins. Of two requests that come first at once, one would
# find CKAN's alone, without ours that guard them: so they are gathered before there is any request.
logic.get_action("status_show")
authz.auth_functions_list()
