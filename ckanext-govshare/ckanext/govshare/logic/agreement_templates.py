"""Which text an agreement is offered with, and what follows when a department changes it (ACC-3)."""
from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govshare import clock, config, regulations
from ckanext.govshare.domain import agreement_events, agreement_texts
from ckanext.govshare.domain.agreement_texts import Scope, Template
from ckanext.govshare.domain.agreements import Agreement
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.logic import agreements
from ckanext.govshare.logic.messages import error_dict
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import agreement_templates as repository
from ckanext.govshare.repository import agreements as kept
from ckanext.govshare.repository import applications
from ckanext.govshare.repository import catalog as entries

CASE = "agreement_templates"
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


def change(scope: Scope, scope_id: str, title: str, body: str, sign_again: bool, user_id: str) -> Template:
    """Add a version and commit. With `sign_again`, what is in force under this scope is offered anew.

    Raises ValidationError by field; an unknown field of the text is named.
    """
    if errors := agreement_texts.check(title, body):
        raise tk.ValidationError(error_dict(errors))
    now = clock.now()
    with transaction():
        repository.lock(scope, scope_id)
        before = own(scope, scope_id)
        made = Template(scope, scope_id, before.version + 1 if before else 1, title.strip(),
                        agreement_texts.normalised(body), sign_again)
        repository.add(made, user_id, now)
        department = _department(scope, scope_id)
        if sign_again:
            for agreement in _bound(made, department):
                _offer_again(agreement, user_id)
        record(Case(CASE, f"{scope}:{scope_id}" if scope_id else scope.value, department), agreement_events.TemplateChanged(
            scope.value, scope_id, made.version, agreement_texts.text_hash(made.body), sign_again), user_id, now)
    return made


def _department(scope: Scope, scope_id: str) -> str:
    if scope is Scope.ENTRY:
        entry = entries.get(scope_id)
        return entry.department if entry else ""
    return scope_id


def _bound(made: Template, department: str) -> list[Agreement]:
    """Agreements in force for whose entry `made` is the narrowest template."""
    found = kept.bound_in("" if made.scope is Scope.SITE else department,
                          made.scope_id if made.scope is Scope.ENTRY else "", clock.now())
    return [agreement for agreement in found
            if _same(in_force(agreement.department, agreement.entry_id), made) and not _from(agreement, made)]


def _same(one: Template, other: Template) -> bool:
    return (one.scope, one.scope_id, one.version) == (other.scope, other.scope_id, other.version)


def _from(agreement: Agreement, made: Template) -> bool:
    return dict(agreement.template) == reference(made)


def _offer_again(agreement: Agreement, actor: str) -> None:
    application = applications.get(agreement.application_id)
    if application is not None:
        agreements.offer_again(agreement, application, actor, clock.now())


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
    package = model.Session.get(model.Package, agreement.entry_id)
    group = model.Session.get(model.Group, agreement.department)
    return {
        "agreement_id": agreement.id, "entry_title": package.title or package.name if package else "",
        "catalog_code": str(package.extras.get("catalog_code") or "") if package else "",
        "department": group.title or group.name if group else "",
        "department_uscc": str(group.extras.get("uscc") or "") if group else "", "platform": config.site_url(),
        **agreement_texts.legal_bases(regulations.current()),
    }
