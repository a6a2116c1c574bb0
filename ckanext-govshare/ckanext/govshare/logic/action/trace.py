"""Reading and verifying the trace (TRC-1: 001 第十四条, 004 第三十二条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain import trace
from ckanext.govshare.logic.schema import trace as schema
from ckanext.govshare.repository import trace as repository

__all__ = ["govshare_trace_list", "govshare_trace_verify"]


@tk.side_effect_free
@validate(schema.trace_list)
def govshare_trace_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Leaves of the trace, oldest first, at most 1,000 a call.

    :param from: first sequence number (default 1)
    :param to: last one (default: the newest)
    """
    tk.check_access("govshare_trace_list", context, data_dict)
    return repository.leaves(data_dict["from"], data_dict.get("to"), schema.MAX_LEAVES)


@tk.side_effect_free
def govshare_trace_verify(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Walk the whole trace, and the history of all cases along it.

    :returns: ``intact``, ``checked`` (leaves read), ``head`` (the last good hash), and for a broken trace ``broken_seq``
        and ``problem`` (missing, changed, not linked to the one before, history changed, history missing)
    """
    tk.check_access("govshare_trace_verify", context, data_dict)
    with repository.snapshot() as (leaves, history):
        verdict = trace.verify(leaves, history)
    return {"intact": verdict.intact, "checked": verdict.checked, "head": verdict.head,
            "broken_seq": verdict.broken_seq, "problem": verdict.problem}
