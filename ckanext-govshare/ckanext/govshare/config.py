"""The only reader of settings; each is declared and described in config_declaration.yaml."""
from __future__ import annotations

from pathlib import Path

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


def operator_name() -> str:
    """Who runs the platform (平台管理单位), as every page's foot names it; empty: not named."""
    return str(tk.config.get("govshare.operator_name") or "")
