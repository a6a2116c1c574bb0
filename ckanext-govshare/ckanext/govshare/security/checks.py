"""The start-up check: settings that open a hole stop the portal, doubtful ones are logged."""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ckan.exceptions import CkanConfigurationException

from ckanext.govshare.security.headers import is_https
from ckanext.govshare.security.settings import DAY

log = logging.getLogger(__name__)

Config = Mapping[str, Any]

SECRET_LENGTH = 32
MANY_PROXIES = 3


class Severity(StrEnum):
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Rule:
    """One setting, when it is unsafe, and what then may happen."""

    key: str
    unsafe: Callable[[Config], bool]
    consequence: str
    severity: Severity = Severity.REFUSED


def is_loopback(host: str | None) -> bool:
    """Whether `host` is this machine."""
    if host in ("localhost", None, ""):
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _on(key: str, consequence: str) -> Rule:
    return Rule(key, lambda config: bool(config.get(key)), consequence)


def _more_than(key: str, most: int, consequence: str, severity: Severity = Severity.REFUSED) -> Rule:
    return Rule(key, lambda config: int(config.get(key) or 0) > most, consequence, severity)


def _public(config: Config) -> bool:
    return not is_loopback(urlsplit(config["ckan.site_url"]).hostname)


def _mails_in_clear(config: Config) -> bool:
    server = str(config.get("smtp.server") or "")
    host = urlsplit(server if "://" in server else f"smtp://{server}").hostname
    return not is_loopback(host) and not config.get("smtp.starttls")


def _short_secret(config: Config) -> bool:
    return len(str(config.get("SECRET_KEY") or "")) < SECRET_LENGTH


def _unsafe_functions(config: Config) -> bool:
    path = config.get("ckan.datastore.sqlsearch.allowed_functions_file")
    if not config.get("ckan.datastore.sqlsearch.enabled") or not path:
        return False
    names = {line.strip().strip('"').lower() for line in Path(str(path)).read_text("utf-8").splitlines()}
    return "ts_rewrite" in names


RULES: tuple[Rule, ...] = (
    Rule("debug", lambda config: bool(config.get("debug")) and _public(config),
         "the debugger runs any code that a visitor sends"),
    Rule("SECRET_KEY", _short_secret, f"sessions and tokens can be forged; give it {SECRET_LENGTH} characters"),
    Rule("WTF_CSRF_ENABLED", lambda config: not config.get("WTF_CSRF_ENABLED") and not config.get("testing"),
         "other sites can act in the name of whoever is logged in"),
    Rule("SESSION_COOKIE_HTTPONLY", lambda config: not config.get("SESSION_COOKIE_HTTPONLY"),
         "scripts can read the session"),
    Rule("REMEMBER_COOKIE_HTTPONLY", lambda config: not config.get("REMEMBER_COOKIE_HTTPONLY"),
         "scripts can read the log-in"),
    Rule("SESSION_COOKIE_SAMESITE", lambda config: config.get("SESSION_COOKIE_SAMESITE") not in ("Lax", "Strict"),
         "other sites can send the session along"),
    Rule("REMEMBER_COOKIE_SAMESITE", lambda config: config.get("REMEMBER_COOKIE_SAMESITE") not in ("Lax", "Strict"),
         "other sites can send the log-in along"),
    _more_than("PERMANENT_SESSION_LIFETIME", 7 * DAY, "a session left behind stays open for more than a week"),
    _more_than("REMEMBER_COOKIE_DURATION", 30 * DAY, "a log-in left behind stays valid for more than a month"),
    _on("ckan.auth.anon_create_dataset", "anybody can compile entries"),
    _on("ckan.auth.create_unowned_dataset", "entries without a department escape the review"),
    _on("ckan.auth.create_dataset_if_not_in_organization", "citizens can compile entries"),
    _on("ckan.auth.user_create_organizations", "anybody can found a department"),
    _on("ckan.auth.user_create_groups", "anybody can found a theme"),
    _on("ckan.auth.user_delete_organizations", "a clerk can delete a department"),
    _on("ckan.auth.create_user_via_api", "programs can register accounts without end"),
    _on("ckan.auth.public_user_details", "anybody can list the users"),
    _on("ckan.auth.allow_dataset_collaborators", "clerks can give access to entries past the department's roles"),
    _on("ckan.auth.reveal_private_datasets", "visitors learn which hidden entries exist"),
    _on("ckan.files.authenticated_uploads.allow", "every account can fill the disk"),
    _on("ckan.datastore.public_table_search", "visitors can read tables past the check of their entry"),
    Rule("ckan.datastore.sqlsearch.allowed_functions_file", _unsafe_functions,
         "ts_rewrite reads any table (CVE-2026-42031)"),
    Rule("ckan.site_url", lambda config: _public(config) and not is_https(config),
         "passwords and sessions cross the network in clear", Severity.DOUBTFUL),
    Rule("smtp.starttls", _mails_in_clear, "mails and the mail password cross the network in clear", Severity.DOUBTFUL),
    Rule("ckan.datastore.sqlsearch.enabled", lambda config: bool(config.get("ckan.datastore.sqlsearch.enabled")),
         "visitors can write queries that burden the database", Severity.DOUBTFUL),
    _more_than("govshare.trusted_proxies", MANY_PROXIES,
               "a caller may name his own address if fewer proxies stand in front", Severity.DOUBTFUL),
)


def unsafe(config: Config) -> list[Rule]:
    """The rules that `config` breaks."""
    return [rule for rule in RULES if rule.unsafe(config)]


def enforce(config: Config) -> None:
    """Log doubtful settings. Raises CkanConfigurationException that names every refused one."""
    broken = unsafe(config)
    for rule in broken:
        log.warning("Setting %s = %r is %s: %s", rule.key, _shown(rule, config), rule.severity, rule.consequence)
    refused = [f"{rule.key}: {rule.consequence}" for rule in broken if rule.severity is Severity.REFUSED]
    if refused:
        raise CkanConfigurationException("These settings are not safe:\n" + "\n".join(refused))


def _shown(rule: Rule, config: Config) -> Any:
    return "(secret)" if rule.key == "SECRET_KEY" else config.get(rule.key)
