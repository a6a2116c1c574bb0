"""Which text an agreement is offered with: the narrowest template in force, filled in from the approved application (ACC-3)."""
from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from ckanext.govshare import config, regulations
from ckanext.govshare.domain import agreement_texts
from ckanext.govshare.domain.agreement_texts import Scope, Template
from ckanext.govshare.domain.agreements import Agreement
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.repository import agreement_templates as repository
from ckanext.govshare.repository import by_id

DEFAULT = Path(__file__).parents[1] / "agreements" / "default.zh.md"
DEFAULT_TITLE = "政务数据利用协议"


@cache
def default() -> Template:
    """The text that comes with the platform."""
    return Template(Scope.SITE, "", 0, DEFAULT_TITLE, DEFAULT.read_text(encoding="utf8"))


def own(scope: Scope, scope_id: str) -> Template | None:
    """The newest version of a scope itself; None where a wider one holds."""
    found = repository.newest(scope, scope_id)
    made: Template | None = found["template"] if found else None
    return made


def in_force(department: str, entry_id: str) -> Template:
    """The template that an agreement on an entry is offered with: the newest of the narrowest scope that has one."""
    return (own(Scope.ENTRY, entry_id) or own(Scope.DEPARTMENT, department) or own(Scope.SITE, "") or default())


def reference(made: Template) -> dict[str, str | int]:
    """What an agreement keeps of the template it was made from."""
    return {"scope": made.scope.value, "scope_id": made.scope_id, "version": made.version}


def compose(application: Application, agreement: Agreement) -> Agreement:
    """`agreement` with title, text and hash, made of the template in force and of the approved application."""
    chosen = in_force(agreement.department, agreement.entry_id)
    about = _about(agreement)
    text = agreement_texts.render(chosen.body, agreement_texts.values_of(application, about, agreement.offered_at))
    return replace(agreement, template=reference(chosen), title=chosen.title, text=text,
                   text_hash=agreement_texts.text_hash(text))


def _about(agreement: Agreement) -> dict[str, str]:
    package = by_id.package(agreement.entry_id)
    group = by_id.group(agreement.department)
    return {
        "agreement_id": agreement.id, "entry_title": package.title or package.name if package else "",
        "catalog_code": str(package.extras.get("catalog_code") or "") if package else "",
        "department": group.title or group.name if group else "",
        "department_uscc": str(group.extras.get("uscc") or "") if group else "", "platform": config.site_url(),
        **agreement_texts.legal_bases(regulations.current()),
    }
