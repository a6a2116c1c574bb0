"""Pages of data-use agreements: reading and signing, a copy as PDF, and the public check of a copy."""
from __future__ import annotations

import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from ckanext.govshare.logic import agreement_copies
from ckanext.govshare.security import refusals
from ckanext.govshare.security.headers import keep_to_yourself
from ckanext.govshare.security.refusals import TooManyAttempts
from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_agreements", __name__)

SIGNING = ("sign", "countersign")


def _page(agreement: dict[str, Any], errors: dict[str, Any], words: dict[str, str]) -> str:
    return tk.render("govshare/agreements/read.html", {"agreement": agreement, "errors": errors, "words": words})


@blueprint.route("/agreement/<agreement_id>")
def read(agreement_id: str) -> str | Response:
    """The text, who signed, and the form to sign for whoever is to."""
    if login := pages.log_in_first():
        return login
    return _page(pages.show("govshare_agreement_show", agreement_id), {}, {})


@blueprint.route("/agreement/<agreement_id>/<command>", methods=["POST"])
def sign(agreement_id: str, command: str) -> Response | tuple[str, int]:
    """Sign for one side. What is wrong is shown beside its field, with status 422, or 429; passwords are not sent back."""
    if command not in SIGNING:
        return tk.abort(404)
    if login := pages.log_in_first():
        return login
    agreement = pages.show("govshare_agreement_show", agreement_id)
    given = {name: tk.request.form.get(name, "") for name in ("signature_name", "text_hash", *agreement["sign_with"])}
    if tk.request.form.get("read") != "yes":
        return _page(agreement, {"read": [tk._("Confirm that you have read the agreement and agree to it")]}, given), 422
    try:
        tk.get_action(f"govshare_agreement_{command}")(pages.context(), {"id": agreement_id, **given})
    except tk.ValidationError as error:
        return _page(pages.show("govshare_agreement_show", agreement_id), error.error_dict, given), 422
    except TooManyAttempts as refusal:
        page = _page(pages.show("govshare_agreement_show", agreement_id), {"password": [refusal.sentence()]}, given)
        return refusals.come_back_later(make_response(page), refusal)
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        tk.h.flash_error(pages.refused(error))
        return tk.redirect_to("govshare_agreements.read", agreement_id=agreement_id)
    tk.h.flash_success(
        tk._("Signed. The department signs next; then the data may be fetched.") if command == "sign" else
        tk._("Countersigned. The agreement is in force from its first day on."))
    return tk.redirect_to("govshare_agreements.read", agreement_id=agreement_id)


@blueprint.route("/agreement/<agreement_id>.pdf")
def pdf(agreement_id: str) -> Response:
    """A copy for its parties and the competent department; nobody else learns that there is such an agreement."""
    if login := pages.log_in_first():
        return login
    try:
        copy = agreement_copies.give_out(pages.context(), agreement_id)
    except tk.ObjectNotFound:
        return tk.abort(404)
    answer = make_response(copy)
    answer.headers.update({
        "Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="agreement-{agreement_id[:8]}.pdf"',
        "X-Content-Type-Options": "nosniff"})
    keep_to_yourself(answer)
    return answer


@blueprint.route("/verify-agreement")
def verify() -> str:
    """The public check: by the hash that stands on a copy, or (posted) by the copy itself."""
    given = tk.request.args.get("hash", "")
    return _verdict(given, given)


@blueprint.route("/verify-agreement", methods=["POST"])
def verify_copy() -> str | tuple[str, int]:
    """As above for a file, which is measured and not kept."""
    given = tk.request.form.get("hash", "")
    file = tk.request.files.get("file")
    if not file or not file.filename:
        if given.strip():
            return _verdict(given, given)
        return _verdict("", "", tk._("Choose the PDF file, or enter its hash.")), 422
    # How large it may be is the request's own limit (security/request_size.py).
    return _verdict(hashlib.file_digest(file.stream, "sha256").hexdigest(), given)


def _verdict(digest: str, given: str, error: str = "") -> str:
    found = tk.get_action("govshare_agreement_verify")({}, {"hash": digest[:200]}) if digest.strip() else None
    return tk.render("govshare/agreements/verify.html", {"found": found, "given": given[:200], "error": error})
