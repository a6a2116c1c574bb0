"""Data-use agreements: thin actions over `domain.agreements` (ACC-3: 001 第二十七条, 004 第二十七条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock, signing
from ckanext.govshare.display import agreements as agreement_display
from ckanext.govshare.display import case_rows
from ckanext.govshare.logic import agreement_copies, named, roles
from ckanext.govshare.logic.agreements import MACHINE
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.schema import agreements as schema
from ckanext.govshare.logic.schema.fields import reference

__all__ = ["govshare_agreement_show", "govshare_agreement_verify"]


@tk.side_effect_free
@validate(reference)
def govshare_agreement_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """An agreement: its text as it was offered, who signed, and what the caller may do with it.

    ``text`` is Markdown, fixed by ``text_hash`` (SHA-256 of its UTF-8, hexadecimal); ``html`` the same to look at.
    ``standing``: unsigned, not_started, in_force, lapsed or terminated at this moment. It binds from ``starts_at`` on and no
    longer at ``ends_at``. ``replaces``: the agreement in whose place it comes. ``sign_with``: what signing asks for beside
    name and hash.

    :param id: of the agreement
    :raises NotFound: also for everybody but the two parties and the competent department
    """
    agreement, held = kernel.known(MACHINE, context, data_dict["id"])
    tk.check_access("govshare_agreement_show", context, {"id": agreement.id})
    actor = roles.actor_of(context)
    signers = {actor, *(s.user for s in agreement.signatures)}
    return {
        **case_rows.which(agreement), "application_id": agreement.application_id, "applicant": named.person(agreement.applicant),
        "standing": agreement_copies.standing(agreement), "title": agreement.title,
        "text": agreement.text, "text_hash": agreement.text_hash, "html": str(agreement_display.as_html(agreement.text)),
        "template": dict(agreement.template), "replaces": agreement.replaces, "reason": agreement.reason,
        "signatures": [{"party": s.party.value, "name": s.name, "account": named.person(s.user)["name"], "at": s.at,
                        "method": s.method, "valid": agreement_copies.genuine(agreement, s.party)}
                       for s in agreement.signatures],
        "starts_at": agreement.starts_at.isoformat(), "ends_at": agreement.ends_at.isoformat(),
        "offered_at": agreement.offered_at.isoformat(), "sign_with": list(signing.current().fields),
        **case_rows.steps(MACHINE, agreement, held, actor, clock.now(), signers),
    }


@tk.side_effect_free
@validate(schema.agreement_verify)
def govshare_agreement_verify(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Whether a text, or the file of a copy, is one of the platform's, and what it is worth now. Names nobody.

    :param hash: SHA-256, 64 hexadecimal digits: of the text, as it stands on the copy, or of the PDF's own bytes
    :returns: ``known``; if true also ``what`` (text or pdf), ``standing`` (unsigned, not_started, in_force, lapsed or
        terminated), ``signatures`` (``party``, ``at``, ``method``, ``valid``), ``starts_at``, ``ends_at``, ``ended_at``,
        ``text_hash`` and, of a copy, ``state_of_copy``: the agreement's state when it was given out
    """
    tk.check_access("govshare_agreement_verify", context, data_dict)
    return agreement_copies.verify(data_dict["hash"])
