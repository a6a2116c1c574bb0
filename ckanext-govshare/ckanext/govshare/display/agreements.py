"""Agreements as pages and copies show them: Markdown as a few harmless tags, and a PDF that is the same each time."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from ckanext.govshare import config
from ckanext.govshare.domain import markdown
from ckanext.govshare.domain.agreements import Agreement, Party, Signature, State
from ckanext.govshare.domain.calendar import SHANGHAI

# The document is Chinese whatever language the page is read in, so its own words are, too, and not translated.
_PARTIES: Mapping[Party, str] = {Party.DEPARTMENT: "甲方（数据提供部门）", Party.APPLICANT: "乙方（数据使用方）"}
_METHODS: Mapping[str, str] = {"password": "平台账号登录并再次输入密码"}
_STATES: Mapping[State, str] = {
    State.OFFERED: "双方尚未签署，本文件不具有效力。", State.APPLICANT_SIGNED: "甲方尚未签署，本文件不具有效力。",
}
_SIGNED = "双方已签署。协议当前是否有效，以查验页面显示的结果为准。"


def as_html(text: str, top_level: int = 2) -> Markup:
    """The text of an agreement as HTML without links, images or attributes. `top_level`: of its first heading."""
    return Markup(markdown.to_html(text, top_level, links=False))  # noqa: S704 - cleaned there


def verification_url(text_hash: str) -> str:
    """Where anybody checks a copy."""
    return f"{config.site_url()}/verify-agreement?hash={text_hash}"


def pdf(agreement: Agreement, accounts: Mapping[str, str]) -> bytes:
    """The agreement as PDF: text, hash, signatures and where to check it. The same bytes for the same agreement and state.

    accounts: names of the signers' accounts by user id.
    """
    # WeasyPrint takes half a second to load, which only those wait for who want a copy.
    from weasyprint import HTML

    page = _environment().get_template("pdf.html").render(
        agreement=agreement, text=as_html(agreement.text, top_level=1), url=verification_url(agreement.text_hash),
        standing=_STATES.get(agreement.state, _SIGNED if len(agreement.signatures) == len(Party) else "本文件不具有效力。"),
        signatures=[_signature(agreement.signature(party), label, accounts) for party, label in _PARTIES.items()])
    made: bytes = HTML(string=page, url_fetcher=_no_fetching).write_pdf()
    return made


def _signature(signature: Signature | None, label: str, accounts: Mapping[str, str]) -> dict[str, str]:
    if signature is None:
        return {"party": label, "name": "", "account": "", "method": "", "at": ""}
    at = datetime.fromisoformat(signature.at).astimezone(SHANGHAI)
    return {"party": label, "name": signature.name, "account": accounts.get(signature.user, ""),
            "method": _METHODS.get(signature.method, signature.method), "at": f"{at:%Y-%m-%d %H:%M:%S}（北京时间）"}


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("ckanext.govshare", "agreements"), autoescape=True)


def _no_fetching(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"An agreement refers to nothing outside itself: {url}")
