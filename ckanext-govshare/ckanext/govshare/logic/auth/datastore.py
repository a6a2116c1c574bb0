"""Who may read tables, and that nobody writes them: they come from verified files alone (OPN-3: 001 第二十六条).

Rows written past the reading and the review would be data that nobody verified. This is no more the operator's than
anybody's; the loading of a verified file writes to the DataStore directly.
"""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.logic.gate import access

__all__ = [
    "datastore_change_permissions", "datastore_create", "datastore_delete", "datastore_function_create",
    "datastore_function_delete", "datastore_info", "datastore_records_delete", "datastore_run_triggers", "datastore_search",
    "datastore_search_sql", "datastore_upsert",
]


def _closed(name: str, about: str) -> AuthFunction:
    def auth(original: AuthFunction, context: Context, data_dict: DataDict | None = None) -> AuthResult:
        return {"success": False, "msg": tk._("Tables are made from verified files: replace the data file instead")}
    auth.__name__, auth.__doc__ = name, about
    return tk.auth_sysadmins_check(tk.chained_auth_function(auth))


datastore_create = _closed("datastore_create", "Makes a table, or changes its columns.")
datastore_upsert = _closed("datastore_upsert", "Writes rows.")
datastore_delete = _closed("datastore_delete", "Removes rows or a table; `ckan datastore purge` takes all tables for orphans.")
datastore_records_delete = _closed("datastore_records_delete", "Removes rows.")
datastore_run_triggers = _closed("datastore_run_triggers", "Writes each row anew.")
datastore_change_permissions = _closed("datastore_change_permissions", "Changes who reads a table in the database.")
datastore_function_create = _closed("datastore_function_create", "Puts a program into the database.")
datastore_function_delete = _closed("datastore_function_delete", "Removes one.")
datastore_search_sql = _closed("datastore_search_sql", "Reads any table by SQL.")


def _by_the_gate(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may fetch the resource's data; NotFound where the caller does not know of it."""
    reference = data_dict.get("resource_id") or data_dict.get("id")
    _package, decided = access.of_resource(context, str(reference))
    return {"success": decided.allowed, "msg": access.explain(decided)}


datastore_search = tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(tk.chained_auth_function(_by_the_gate)))
datastore_info = datastore_search
