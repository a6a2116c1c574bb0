"""Who may fetch data, as rules (001 第二十五条, 第二十六条)."""
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ckanext.govshare.domain import access
from ckanext.govshare.domain.access import EXPLANATIONS, Facts, Reason
from ckanext.govshare.domain.catalog import Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OUTSIDERS = (Role.ANONYMOUS, Role.CITIZEN, Role.OTHER_EDITOR, Role.OPERATOR)
INSIDERS = (Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT)
NOT_FOR_ALL = ("conditional", "none", "", "anything")


def _decide(role: Role, open_type: str, published: bool = True) -> access.Access:
    return access.decide(Facts(published, open_type, frozenset({role})), NOW)


@pytest.mark.parametrize("role", Role)
def test_unconditional_data_is_for_everyone_and_not_traced(role: Role) -> None:
    decided = _decide(role, "unconditional")
    assert decided.allowed
    assert not decided.traced


@pytest.mark.parametrize("role", OUTSIDERS)
@pytest.mark.parametrize("open_type", NOT_FOR_ALL)
def test_all_else_is_for_nobody_outside(role: Role, open_type: str) -> None:
    assert not _decide(role, open_type).allowed


@pytest.mark.parametrize("role", INSIDERS)
@pytest.mark.parametrize("open_type", NOT_FOR_ALL)
def test_its_department_and_the_competent_one_may_fetch_on_the_record(role: Role, open_type: str) -> None:
    decided = _decide(role, open_type)
    assert decided.allowed
    assert decided.traced


@pytest.mark.parametrize("role", OUTSIDERS)
def test_what_is_not_published_is_not_open_whatever_its_draft_says(role: Role) -> None:
    assert _decide(role, "unconditional", published=False) == access.Access(False, Reason.NOT_PUBLISHED)


def test_nobody_has_access_without_a_role() -> None:
    assert not access.decide(Facts(True, "conditional", frozenset()), NOW).allowed


def test_the_reason_tells_conditions_from_closed_data() -> None:
    assert _decide(Role.CITIZEN, "conditional").reason is Reason.AUTHORISATION_REQUIRED
    assert _decide(Role.CITIZEN, "none").reason is Reason.NOT_OPENED


def test_every_reason_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Reason)


class TestOpenedSince:
    """A former version is for everyone only if it was served while the data was opened."""

    days = tuple(datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 6))

    def _since(self, *open_types: str) -> datetime | None:
        return access.opened_since(list(zip(self.days, open_types, strict=False)))

    def test_an_entry_never_approved_is_not_opened(self) -> None:
        assert self._since() is None

    def test_it_counts_from_the_first_opened_version(self) -> None:
        assert self._since("unconditional", "unconditional") == self.days[0]

    def test_opening_ends_with_a_narrower_version(self) -> None:
        assert self._since("unconditional", "conditional") is None

    def test_it_counts_anew_after_a_break(self) -> None:
        assert self._since("unconditional", "none", "unconditional", "unconditional") == self.days[2]


@pytest.mark.parametrize("open_type", ["conditional", "none", "", None])
def test_the_catalogue_tells_nothing_measured_on_closed_content(open_type: str | None) -> None:
    entry = {"open_type": open_type, "resources": [{"name": "站点", "size": 9, "hash": "a", "mimetype": "text/csv"}]}
    assert access.told(entry)["resources"] == [
        {"name": "站点", "size": "", "hash": "", "mimetype": "", "mimetype_inner": ""}]
    assert access.told({**entry, "open_type": "unconditional"}) == {**entry, "open_type": "unconditional"}
