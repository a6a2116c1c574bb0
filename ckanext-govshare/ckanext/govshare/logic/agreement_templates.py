"""What follows when a department changes the text that agreements are offered with (ACC-3)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.govshare import clock
from ckanext.govshare.domain import agreement_events, agreement_texts
from ckanext.govshare.domain.agreement_texts import Scope, Template
from ckanext.govshare.domain.agreements import Agreement
from ckanext.govshare.logic import agreements
from ckanext.govshare.logic.agreement_texts import in_force, own, reference
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.repository import agreement_templates as repository
from ckanext.govshare.repository import agreements as kept
from ckanext.govshare.repository import applications
from ckanext.govshare.repository import catalog as entries

CASE = "agreement_templates"


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
        case = Case(CASE, f"{scope}:{scope_id}" if scope_id else scope.value, department)
        record(case, agreement_events.AgreementTemplateChanged(
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
