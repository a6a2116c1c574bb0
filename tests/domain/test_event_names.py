"""The names of events stand in histories and in the trace, which never change: a class that is renamed would lose its own."""
from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from ckanext.govshare import domain
from ckanext.govshare.domain.events import Event

NAMES = """
    account_activated account_blocked account_changed account_created account_deleted account_restored agreement_countersigned
    agreement_in_force agreement_lapsed agreement_offered agreement_reinstated agreement_replaced agreement_signed
    agreement_template_changed agreement_terminated appeal_filed appeal_overturned appeal_upheld appeal_withdrawn
    application_approved application_assigned application_deemed_approved application_overturned application_rejected
    application_returned application_saved application_submitted application_taken application_withdrawn attachment_added
    attachment_removed data_fetched data_file_published data_file_read deadline_missed deadline_recomputed entry_approved
    entry_discarded entry_form_changed entry_moved entry_returned entry_saved entry_submitted entry_withdrawn grant_activated
    grant_agreement_replaced grant_closed_out grant_expired grant_opened grant_reinstated grant_resumed grant_surrendered
    grant_suspended grant_terminated membership_ended membership_given operator_appointed operator_dismissed password_set
    token_created token_revoked
"""


def _events(base: type[Event] = Event) -> Iterator[type[Event]]:
    for event in base.__subclasses__():
        yield event
        yield from _events(event)


def test_every_event_has_the_name_that_histories_know_it_by() -> None:
    for module in pkgutil.iter_modules(domain.__path__):
        importlib.import_module(f"{domain.__name__}.{module.name}")
    # `account_event` is what the events of accounts have in common, and never happens itself.
    ours = {event.name for event in _events() if event.__module__.startswith(domain.__name__)}
    assert ours - {"account_event"} == set(NAMES.split())
