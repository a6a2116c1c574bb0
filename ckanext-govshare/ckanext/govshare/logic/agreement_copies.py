"""Copies of agreements: given out to the parties, and checked by whoever holds one (ADR 082)."""
from __future__ import annotations

import hashlib
import re
from typing import Any

from ckan.types import Context

from ckanext.govshare import clock, signing
from ckanext.govshare.display import agreements as agreement_display
from ckanext.govshare.domain import agreements
from ckanext.govshare.domain.agreements import Agreement, Party, State
from ckanext.govshare.logic.agreements import MACHINE
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import accounts
from ckanext.govshare.repository import agreements as repository

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def give_out(context: Context, agreement_id: str) -> bytes:
    """A copy as PDF, noted in the ledger of copies. Raises NotFound as `kernel.known`."""
    agreement, _held = kernel.known(MACHINE, context, agreement_id)
    copy = agreement_display.pdf(agreement, accounts.names(signature.user for signature in agreement.signatures))
    with transaction():
        repository.issue(hashlib.sha256(copy).hexdigest(), agreement, clock.now())
    return copy


def verify(given: str) -> dict[str, Any]:
    """What is known of a hash, of a text or of a copy, without a word on who signed what (see the action)."""
    wanted = "".join(given.split()).lower()
    if not _HASH.fullmatch(wanted):
        return {"known": False}
    if copied := repository.issued(wanted):
        agreement, state = copied
        return {**_told(agreement), "what": "pdf", "state_of_copy": state.value}
    found = repository.with_text(wanted)
    return {**_told(found[0]), "what": "text", "state_of_copy": None} if found else {"known": False}


def _told(agreement: Agreement) -> dict[str, Any]:
    return {
        "known": True, "standing": standing(agreement), "text_hash": agreement.text_hash,
        "starts_at": agreement.starts_at.isoformat(), "ends_at": agreement.ends_at.isoformat(),
        "ended_at": agreement.ended_at.isoformat() if agreement.ended_at else None,
        "signatures": [{"party": s.party.value, "at": s.at, "method": s.method, "valid": genuine(agreement, s.party)}
                       for s in agreement.signatures],
    }


def standing(agreement: Agreement) -> str:
    """unsigned, not_started, in_force, lapsed or terminated, at this moment, whatever a job has recorded."""
    now = clock.now()
    if agreement.state is State.TERMINATED:
        return "terminated"
    if now >= agreement.ends_at:
        return "lapsed"
    if agreement.state is not State.IN_FORCE:
        return "unsigned"
    return "in_force" if agreements.in_force(agreement, now) else "not_started"


def genuine(agreement: Agreement, party: Party) -> bool:
    """Whether a side's signature is one beneath exactly this text, as its signer tells; False where that is installed no more."""
    signature = agreement.signature(party)
    signer = signing.of(signature.method) if signature else None
    return bool(signature and signer and signature.text_hash == agreement.text_hash and signer.verify(
        signature.text_hash, signature.name, signature.user, signature.proof))
