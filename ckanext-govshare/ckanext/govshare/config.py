"""The only reader of settings; each is declared and described in config_declaration.yaml."""
from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import yaml
from ckan.config.declaration import Declaration


def declare(declaration: Declaration) -> None:
    """Make our options known to CKAN, with their defaults and descriptions."""
    declaration.load_dict(yaml.safe_load(Path(__file__).with_name("config_declaration.yaml").read_text(encoding="utf8")))


def competent_department() -> str:
    """The name of the organization that is the competent department (主管部门); empty: nobody can approve."""
    return str(tk.config.get("govshare.competent_department") or "")


def regulation_profile() -> str:
    """The id of the regulation profile in force here."""
    return str(tk.config["govshare.regulation_profile"])


def calendar_file() -> str:
    """The path of a file with holidays of years that the chinesecalendar package lacks; empty: none."""
    return str(tk.config.get("govshare.calendar_file") or "")


def trusted_proxies() -> int:
    """How many reverse proxies stand in front, whose `X-Forwarded-For` and `-Proto` are believed."""
    return int(tk.config.get("govshare.trusted_proxies") or 0)


def mail_ca_file() -> str | None:
    """The path of the certificates that vouch for the mail server; None: the system's."""
    return str(tk.config.get("govshare.mail_ca_file") or "") or None


def message_channels() -> list[str]:
    """The ways by which messages leave the portal: ``mail``, or the import paths of other channels."""
    return list(tk.config["govshare.message_channels"])


def mail_directory() -> Path | None:
    """Where mail is written to while no mail server is set; None: it is not."""
    folder = str(tk.config.get("govshare.mail_directory") or "")
    return Path(folder) if folder else None


def reset_link_hours() -> int:
    """Hours for which a link works by which somebody resets a password, registers, or confirms an address."""
    return int(tk.config["govshare.reset_link_hours"])


def invitation_days() -> int:
    """Days for which the link of an invitation works."""
    return int(tk.config["govshare.invitation_days"])


def operator_name() -> str:
    """Who runs the platform (平台管理单位), as every page's foot names it; empty: not named."""
    return str(tk.config.get("govshare.operator_name") or "")


def reading_job_seconds() -> int:
    """How long the worker may take to fetch, read and load one data file, in seconds."""
    return int(tk.config.get("govshare.reading_job_seconds") or 0)


def kept_versions() -> int:
    """How many former versions of a data file are kept with their bytes and table."""
    return int(tk.config.get("govshare.kept_versions") or 0)


def max_upload_bytes() -> int:
    """The size up to which a data file is taken in, uploaded or fetched from a link."""
    return int(tk.config["ckan.max_resource_size"]) * 2**20


def attachment_quota_mb() -> int:
    """Megabytes of files that one person may attach, over all their cases."""
    return int(tk.config["govshare.attachment_quota_mb"])


def reading_memory_mb() -> int:
    """Megabytes of address space for the process that reads a data file."""
    return int(tk.config["govshare.reading_memory_mb"])


def reading_seconds() -> int:
    """Seconds, by the clock and of processor time, after which the reading of a data file is ended."""
    return int(tk.config["govshare.reading_seconds"])


def reading_output_mb() -> int:
    """Megabytes that the table made of a data file may have."""
    return int(tk.config["govshare.reading_output_mb"])


def link_seconds() -> int:
    """Seconds within which a linked file must have been fetched."""
    return int(tk.config["govshare.link_seconds"])


def link_ports() -> list[int]:
    """The ports from which linked files are fetched."""
    return [int(port) for port in tk.config["govshare.link_ports"]]


def link_allowed_networks() -> list[str]:
    """Networks that linked files may come from although they are not public, such as `10.1.0.0/16`."""
    return list(tk.config["govshare.link_allowed_networks"])


def exports_at_once() -> int:
    """How many exports one web process sends at the same time."""
    return int(tk.config["govshare.exports_at_once"])


def export_seconds() -> int:
    """Seconds within which a caller must have taken an export."""
    return int(tk.config["govshare.export_seconds"])


def signing_method() -> str:
    """How agreements are signed: `password`, or `package.module:Class` (see `ckanext.govshare.signing`)."""
    return str(tk.config["govshare.signing_method"])


def site_id() -> str:
    """The site's name among others that share a Redis."""
    return str(tk.config["ckan.site_id"])


def site_title() -> str:
    """What the portal is called."""
    return str(tk.config.get("ckan.site_title") or "")


def root_path() -> str:
    """Where the portal stands beneath its host, as CKAN writes it: `{{LANG}}` is where the language goes, always at the end."""
    return str(tk.config.get("ckan.root_path") or "/{{LANG}}")


def default_locale() -> str:
    """The portal's language, whose pages have no language in their address."""
    return str(tk.config.get("ckan.locale_default") or "zh_Hans_CN")


def locales_offered() -> list[str]:
    """The languages to choose from; empty: not said."""
    return list(tk.config.get("ckan.locales_offered") or [])


def display_timezone() -> str:
    """The time zone of moments in letters."""
    return str(tk.config.get("ckan.display_timezone") or "UTC")


def sends_mail() -> bool:
    """Whether a mail server is set."""
    return bool(tk.config.get("smtp.server"))


def storage_path() -> Path:
    """The folder of everything that is kept as files."""
    return Path(tk.config["ckan.storage_path"])


def group_order() -> str:
    """How departments and themes are sorted unless asked otherwise, as CKAN writes it."""
    return str(tk.config["ckan.default_group_sort"])


def states_with_an_address() -> tuple[str, ...]:
    """The states of accounts in which no other may have the same e-mail address."""
    return tuple(tk.config["ckan.user.unique_email_states"])


def site_url() -> str:
    """The portal's address as people write it, without a slash at its end."""
    return str(tk.config["ckan.site_url"]).rstrip("/")


def redis_url() -> str:
    """Where Redis is, with its password."""
    return str(tk.config["ckan.redis.url"])


def secret_key() -> str:
    """The site's secret, with which what only this site may compute is computed."""
    return str(tk.config["SECRET_KEY"])


def remember_cookie() -> str:
    """The name of the cookie by which Flask-Login used to remember people."""
    return str(tk.config.get("REMEMBER_COOKIE_NAME") or "remember_token")


def session_idle_minutes() -> int:
    """Minutes without a request after which a session ends that is not to be remembered."""
    return int(tk.config["govshare.session_idle_minutes"])


def session_seconds(remembered: bool) -> int:
    """Seconds after the log-in at which a session ends, whatever is asked meanwhile."""
    return int(tk.config["REMEMBER_COOKIE_DURATION" if remembered else "PERMANENT_SESSION_LIFETIME"])


# What is counted: the purpose, and by what; each has a setting.
ATTEMPTS = {
    ("password", "both"): "govshare.password_attempts", ("password", "account"): "govshare.password_attempts_per_account",
    ("password", "address"): "govshare.password_attempts_per_address", ("form", "both"): "govshare.form_attempts",
    ("form", "account"): "govshare.form_attempts", ("form", "address"): "govshare.form_attempts_per_address",
}


def attempts(purpose: str, scope: str) -> str:
    """How many attempts within which times, as the package `limits` writes it. `purpose`, `scope`: a key of ATTEMPTS."""
    return str(tk.config[ATTEMPTS[purpose, scope]])


@cache
def instance(option: str, path: str) -> Any:
    """The one object of the class that `option` names as `package.module:Class`. Raises ValueError naming the option."""
    module, _, attribute = path.partition(":")
    try:
        return getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise ValueError(f"{option}: there is no {path!r}: {error}") from error
