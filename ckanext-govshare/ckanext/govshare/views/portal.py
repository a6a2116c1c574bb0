"""The home page, in place of CKAN's: one search for all that it shows."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint

blueprint = Blueprint("govshare_portal", __name__)


@blueprint.route("/")
def home() -> str:
    """The first page. CKAN's own view would search for what the page does not show."""
    return tk.render("home/index.html")
