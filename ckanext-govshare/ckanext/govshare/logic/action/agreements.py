"""Data-use agreements: thin actions over `domain.agreements` (ACC-3: 001 第二十七条, 004 第二十七条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Action, Context, DataDict

from ckanext.govshare import clock, signing
from ckanext.govshare.display import agreements as agreement_display
from ckanext.govshare.domain.agreements import PROCESS, Command
from ckanext.govshare.logic import agreement_copies, agreements, named, roles
from ckanext.govshare.logic.cases import history
from ckanext.govshare.logic.schema import agreements as schema
from ckanext.govshare.repository import trace

__all__ = [
    "govshare_agreement_countersign", "govshare_agreement_show", "govshare_agreement_sign", "govshare_agreement_verify",
]


def _sign(command: Command, about: str) -> Action:
    """The action by which one side signs."""
    @validate(schema.agreement_sign)
    def action(context: Context, data_dict: DataDict) -> dict[str, Any]:
        agreements.known(context, data_dict["id"])
        tk.check_access(f"govshare_agreement_{command}", context, {"id": data_dict["id"]})
        after = agreements.sign(context, data_dict["id"], command, data_dict)
        return {"id": after.id, "state": after.state.value}
    action.__name__ = f"govshare_agreement_{command}"
    action.__doc__ = f"""{about}

    :param id: of the agreement
    :param signature_name: the signer's name, one line of at most 100 characters; it stands beneath the text
    :param text_hash: SHA-256 of the text that was read, as govshare_agreement_show gives it
    :param password: of the caller's own account, entered once more; where the settings name another signer, what that asks
        for (``sign_with`` of govshare_agreement_show)
    :returns: ``id`` and the ``state`` afterwards
    :raises NotFound: also for agreements that the caller may not know of
    :raises NotAuthorized: the caller has not the part for it, or has signed for the other side
    :raises ValidationError: ``state`` where it is not possible now, else the fields that are missing or wrong
    :raises TooManyAttempts: too many wrong passwords, here or elsewhere; the API answers 429 with Retry-After
    """
    return action


govshare_agreement_sign = _sign(Command.SIGN, "Sign as the applicant.")
govshare_agreement_countersign = _sign(
    Command.COUNTERSIGN, "Sign for the department: the agreement is in force, and the grant that waits for it counts.")


@tk.side_effect_free
@validate(schema.agreement_ref)
def govshare_agreement_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """An agreement: its text as it was offered, who signed, and what the caller may do with it.

    ``text`` is Markdown, fixed by ``text_hash`` (SHA-256 of its UTF-8, hexadecimal); ``html`` the same to look at.
    ``standing``: unsigned, not_started, in_force, lapsed or terminated at this moment. It binds from ``starts_at`` on and no
    longer at ``ends_at``. ``replaces``: the agreement in whose place it comes. ``sign_with``: what signing asks for beside
    name and hash.

    :param id: of the agreement
    :raises NotFound: also for everybody but the two parties and the competent department
    """
    agreement, held = agreements.known(context, data_dict["id"])
    tk.check_access("govshare_agreement_show", context, {"id": agreement.id})
    actor = roles.actor_of(context)
    return {
        "id": agreement.id, "application_id": agreement.application_id, "dataset": named.dataset(agreement.entry_id),
        "organization": named.organization(agreement.department), "applicant": named.person(agreement.applicant),
        "state": agreement.state.value, "standing": agreement_copies.standing(agreement), "title": agreement.title,
        "text": agreement.text, "text_hash": agreement.text_hash, "html": str(agreement_display.as_html(agreement.text)),
        "template": dict(agreement.template), "replaces": agreement.replaces, "reason": agreement.reason,
        "signatures": [{"party": s.party.value, "name": s.name, "account": named.person(s.user)["name"], "at": s.at,
                        "method": s.method, "valid": agreement_copies.genuine(agreement, s.party)}
                       for s in agreement.signatures],
        "starts_at": agreement.starts_at.isoformat(), "ends_at": agreement.ends_at.isoformat(),
        "offered_at": agreement.offered_at.isoformat(), "sign_with": list(signing.current().fields),
        "commands": [command.value for command in PROCESS.allowed(agreement, held, actor, clock.now())],
        "history": history.shown(trace.events(agreements.CASE, agreement.id), held, {
            actor, *(s.user for s in agreement.signatures)}),
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
