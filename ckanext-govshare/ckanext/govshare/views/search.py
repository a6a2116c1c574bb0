"""Guards CKAN's pages against a sorting that CKAN takes apart before any search begins."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

blueprint = Blueprint("govshare_search", __name__)


@blueprint.before_app_request
def refuse_a_broken_sorting() -> None:
    """`?sort=,` is a bad request; CKAN would fail on the empty part."""
    sort = request.args.get("sort", "")
    if sort and not all(part.strip() for part in sort.split(",")):
        raise BadRequest(tk._("Cannot sort by “{part}”").format(part=sort[:50]))
