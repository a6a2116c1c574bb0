"""Registration of the theme: templates, assets and the few helpers that only the look needs."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib import webassets_tools

from ckanext.govshare_theme import helpers
from ckanext.govshare_theme.feeds import Feed


class GovShareThemePlugin(p.SingletonPlugin):
    """See the module's docstring."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.IFeed, inherit=True)
    p.implements(p.ITemplateHelpers)

    def update_config(self, config: Any) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "govshare-theme")

    def configure(self, config: Any) -> None:
        """Take moment.js (600 KB, every locale) out of CKAN's bundle: dates are rendered by the server."""
        bundle = webassets_tools.env["vendor/vendor"]
        bundle.contents = tuple(c for c in bundle.contents if not str(c).endswith("moment-with-locales.js"))

    def get_helpers(self) -> dict[str, Callable[..., Any]]:
        return {name: getattr(helpers, name) for name in helpers.__all__}

    def get_feed_class(self) -> type[Feed]:
        return Feed
