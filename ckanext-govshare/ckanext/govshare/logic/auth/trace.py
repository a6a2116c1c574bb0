"""Who may read and verify the trace."""
from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = ["govshare_trace_list", "govshare_trace_verify"]


def govshare_trace_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The competent department supervises (001 第六条); the operator keeps the trace."""
    return {"success": roles.is_competent(roles.user_of(context))}


def govshare_trace_verify(context: Context, data_dict: DataDict) -> AuthResult:
    return govshare_trace_list(context, data_dict)
