"""Safe defaults in place of CKAN's, and settings that follow from others."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ckanext.govshare.security.headers import is_https

if TYPE_CHECKING:
    from ckan.config.declaration import Declaration

HOUR = 60 * 60
DAY = 24 * HOUR
MEGABYTE = 1024 * 1024

SQL_FUNCTIONS = Path(__file__).with_name("sql_functions.txt")

# CKAN's defaults: sessions and remember-me of a year, everybody may found departments, users are listed to anybody.
DEFAULTS: dict[str, Any] = {
    "PERMANENT_SESSION_LIFETIME": 8 * HOUR,
    "REMEMBER_COOKIE_DURATION": 7 * DAY,
    "REMEMBER_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": 8 * HOUR,
    "MAX_FORM_MEMORY_SIZE": 4 * MEGABYTE,
    "MAX_FORM_PARTS": 20_000,  # an entry of 2,000 information items has 8,000
    "ckan.auth.create_dataset_if_not_in_organization": False,
    "ckan.auth.user_create_groups": False,
    "ckan.auth.user_create_organizations": False,
    "ckan.auth.user_delete_groups": False,
    "ckan.auth.user_delete_organizations": False,
    "ckan.auth.public_user_details": False,
    "ckan.hide_version": True,
    "ckan.gravatar_default": "disabled",
    "smtp.server": "",  # CKAN's default is localhost, where nobody listens: mail that was never set up would be tried for days
}


def harden(declaration: Declaration) -> None:
    """Replace the defaults of CKAN's declared options. What the configuration file says still wins."""
    for key, value in DEFAULTS.items():
        option = declaration.get(key)
        if option is not None:
            option.set_default(value)


def derive(config: dict[str, Any]) -> None:
    """Set what follows from other settings, or has one safe value alone.

    CVE-2026-42031: `ts_rewrite` runs any query it is given past the DataStore's check of tables, so our list of SQL
    functions lacks it. The table of all tables is nobody's search.
    """
    https = is_https(config)
    config["SESSION_COOKIE_SECURE"] = https
    config["SESSION_TYPE"] = "redis"
    config["REMEMBER_COOKIE_SECURE"] = https
    config["ckan.datastore.sqlsearch.allowed_functions_file"] = str(SQL_FUNCTIONS)
    config["ckan.datastore.public_table_search"] = []
    if not config.get("MAX_CONTENT_LENGTH"):
        config["MAX_CONTENT_LENGTH"] = (int(config["ckan.max_resource_size"]) + 1) * MEGABYTE
