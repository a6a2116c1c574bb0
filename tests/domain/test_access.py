"""Who may fetch data, as rules (001 第二十五条, 第二十六条)."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ckanext.govshare.domain import access
from ckanext.govshare.domain.access import EXPLANATIONS, Access, Facts, Reason, Way
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.grant_limits import Limits
from ckanext.govshare.domain.grants import Grant, State

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


@pytest.mark.parametrize(("role", "open_type", "decided"), [
    (Role.SYSTEM, "none", Access(True, Reason.SYSTEM)),
    (Role.CITIZEN, "unconditional", Access(True, Reason.OPEN)),
    (Role.OWN_EDITOR, "none", Access(True, Reason.OWN_DEPARTMENT, traced=True)),
    (Role.COMPETENT, "none", Access(True, Reason.COMPETENT_DEPARTMENT, traced=True)),
    (Role.CITIZEN, "none", Access(False, Reason.NOT_OPENED)),
    (Role.CITIZEN, "conditional", Access(False, Reason.AUTHORISATION_REQUIRED)),
    (Role.ANONYMOUS, "conditional", Access(False, Reason.AUTHORISATION_REQUIRED)),
])
def test_a_decision_without_a_grant_says_this_and_no_more(role: Role, open_type: str, decided: Access) -> None:
    assert _decide(role, open_type) == decided


@pytest.mark.parametrize(("published", "open_type", "role", "counts"), [
    (True, "conditional", Role.CITIZEN, True), (True, "conditional", Role.OTHER_EDITOR, True),
    (False, "conditional", Role.CITIZEN, False), (True, "unconditional", Role.CITIZEN, False),
    (True, "none", Role.CITIZEN, False), (False, "none", Role.CITIZEN, False), (True, "conditional", Role.OPERATOR, False),
    (True, "conditional", Role.ANONYMOUS, False), (True, "conditional", Role.OWN_EDITOR, False)])
def test_grants_are_looked_for_only_where_they_matter(published: bool, open_type: str, role: Role, counts: bool) -> None:
    assert access.counts_grants(Facts(published, open_type, frozenset({role}))) is counts


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
    assert access.without_content(entry)["resources"] == [
        {"name": "站点", "size": "", "hash": "", "mimetype": "", "mimetype_inner": ""}]
    assert access.without_content({**entry, "open_type": "unconditional"}) == {**entry, "open_type": "unconditional"}


DAY = timedelta(days=1)
HOLDERS = (Role.CITIZEN, Role.OTHER_EDITOR)


def _grant(name: str = "g", **changed: Any) -> Grant:
    """A grant of the month around NOW."""
    return Grant(**{"id": name, "application_id": "a", "entry_id": "e", "department": "d", "holder": "u", "state": State.ACTIVE,
                    "starts_at": NOW - 15 * DAY, "ends_at": NOW + 15 * DAY, "created_at": NOW - 15 * DAY, **changed})


def _asked(*held: Grant, agreement: str = "", role: Role = Role.CITIZEN, now: datetime = NOW, **facts: Any) -> access.Access:
    return access.decide(Facts(**{"published": True, "open_type": "conditional", "roles": frozenset({role}),
                                  "held": [(grant, agreement) for grant in held], **facts}), now)


class TestGrants:
    """Conditional data for whoever holds a grant, until the agreed day (001 第二十七条)."""

    @pytest.mark.parametrize("role", HOLDERS)
    def test_a_valid_grant_gives_access_on_the_record_until_it_ends(self, role: Role) -> None:
        decided = _asked(_grant(), role=role)
        assert (decided.allowed, decided.reason, decided.until) == (True, Reason.GRANTED, NOW + 15 * DAY)
        assert decided.traced
        assert decided.grant == "g"

    def test_access_begins_and_ends_to_the_moment(self) -> None:
        grant, instant = _grant(), timedelta(microseconds=1)
        moments = (grant.starts_at - instant, grant.starts_at, grant.ends_at - instant, grant.ends_at)
        assert [_asked(grant, now=moment).allowed for moment in moments] == [False, True, True, False]

    @pytest.mark.parametrize(("state", "reason"), [
        (State.PENDING_AGREEMENT, Reason.AGREEMENT_UNSIGNED), (State.SUSPENDED, Reason.SUSPENDED),
        (State.EXPIRED, Reason.EXPIRED), (State.TERMINATED, Reason.TERMINATED), (State.SURRENDERED, Reason.SURRENDERED)])
    def test_no_other_state_gives_access_and_each_says_so(self, state: State, reason: Reason) -> None:
        decided = _asked(_grant(state=state))
        assert (decided.allowed, decided.reason) == (False, reason)

    @pytest.mark.parametrize(("agreement", "reason"), [
        ("offered", Reason.AGREEMENT_UNSIGNED), ("applicant_signed", Reason.AGREEMENT_UNSIGNED),
        ("countersigned", Reason.AGREEMENT_UNSIGNED), ("in_force", Reason.GRANTED), ("lapsed", Reason.AGREEMENT_LAPSED),
        ("terminated", Reason.AGREEMENT_LAPSED), ("", Reason.AGREEMENT_LAPSED)])
    def test_the_agreement_has_to_be_in_force(self, agreement: str, reason: Reason) -> None:
        assert _asked(_grant(agreement_id="x"), agreement=agreement).reason is reason

    @pytest.mark.parametrize("facts", [{"published": False}, {"open_type": "none"}, {"open_type": ""}, {"current": False}])
    def test_a_grant_covers_published_conditional_data_as_it_is_now_and_nothing_else(self, facts: dict[str, Any]) -> None:
        assert not _asked(_grant(), **facts).allowed

    @pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.OPERATOR])
    def test_neither_the_operator_nor_a_blocked_account_uses_one(self, role: Role) -> None:
        assert _asked(_grant(), role=role).reason is Reason.AUTHORISATION_REQUIRED

    def test_the_departments_own_access_needs_and_uses_no_grant(self) -> None:
        decided = _asked(_grant(), role=Role.OWN_MEMBER)
        assert (decided.reason, decided.grant) == (Reason.OWN_DEPARTMENT, "")

    def test_open_data_needs_none(self) -> None:
        assert _asked(_grant(), open_type="unconditional").grant == ""

    def test_a_renewal_takes_the_place_of_the_grant_that_it_continues(self) -> None:
        assert _asked(_grant("old"), _grant("new", ends_at=NOW + 60 * DAY)).grant == "new"

    @pytest.mark.parametrize(("states", "reason"), [
        ((State.EXPIRED, State.SUSPENDED), Reason.SUSPENDED), ((State.TERMINATED, State.EXPIRED), Reason.EXPIRED),
        ((State.EXPIRED, State.PENDING_AGREEMENT), Reason.AGREEMENT_UNSIGNED)])
    def test_of_several_the_nearest_to_access_is_told(self, states: tuple[State, ...], reason: Reason) -> None:
        for held in (states, reversed(states)):
            assert _asked(*(_grant(state=state) for state in held)).reason is reason

    def test_what_waits_for_signatures_is_told_before_what_waits_for_its_day(self) -> None:
        unsigned, begins = _grant(state=State.PENDING_AGREEMENT), _grant(starts_at=NOW + DAY)
        for held in ((unsigned, begins), (begins, unsigned)):
            assert _asked(*held).reason is Reason.AGREEMENT_UNSIGNED

    def test_of_two_alike_the_later_decision_is_told(self) -> None:
        first = _grant("first", state=State.SUSPENDED, reason="旧")
        second = _grant("second", state=State.SUSPENDED, reason="新", created_at=NOW)
        for held in ((first, second), (second, first)):
            assert (_asked(*held).grant, _asked(*held).words["reason"]) == ("second", "新")

    @pytest.mark.parametrize("state", [State.EXPIRED, State.TERMINATED, State.SURRENDERED])
    def test_an_application_under_way_is_told_before_what_is_over(self, state: State) -> None:
        assert _asked(applied=True).reason is Reason.PENDING
        assert _asked(_grant(state=state), applied=True).reason is Reason.PENDING

    def test_a_suspension_is_told_before_an_application_under_way(self) -> None:
        assert _asked(_grant(state=State.SUSPENDED), applied=True).reason is Reason.SUSPENDED

    def test_an_application_under_way_gives_nothing(self) -> None:
        assert _asked(applied=True) == Access(False, Reason.PENDING)

    def test_days_are_named_as_shanghai_counts_them_to_the_moment(self) -> None:
        midnight, moment = datetime(2026, 3, 9, 16, tzinfo=UTC), timedelta(microseconds=1)
        ends = [_asked(_grant(ends_at=end)).words["last_day"] for end in (midnight, midnight + moment, midnight + 2 * moment)]
        assert ends == ["2026-03-09", "2026-03-10", "2026-03-10"]

    def test_explanations_name_days_as_shanghai_counts_them_and_the_reason(self) -> None:
        midnight = datetime(2026, 3, 9, 16, tzinfo=UTC)  # 2026-03-10 00:00 in Shanghai
        assert "2026-03-09" in str(_asked(_grant(ends_at=midnight)).explanation)
        assert "2026-03-10" in str(_asked(_grant(starts_at=midnight)).explanation)
        assert "{用途} 不符" in str(_asked(_grant(state=State.SUSPENDED, reason="{用途} 不符")).explanation)

    @pytest.mark.parametrize("held", [[], [_grant()], *([_grant(state=state)] for state in State)])
    def test_every_explanation_has_all_its_words(self, held: list[Grant]) -> None:
        text = str(_asked(*held).explanation)
        assert "{" not in text


class TestAgreedWayOfUse:
    """Formats and addresses, as far as the platform can hold somebody to them (001 第二十七条 "按照协议约定的方式")."""

    def test_a_format_that_was_not_agreed_is_refused_and_the_agreed_ones_told(self) -> None:
        decided = _asked(_grant(limits=Limits(formats=("csv", "api"))), way=Way("xlsx"))
        assert (decided.allowed, decided.reason) == (False, Reason.FORMAT_NOT_AGREED)
        assert "csv, api" in str(decided.explanation)

    @pytest.mark.parametrize("form", ["csv", ""])
    def test_an_agreed_format_and_a_look_in_the_page_are_covered(self, form: str) -> None:
        assert _asked(_grant(limits=Limits(formats=("csv",))), way=Way(form)).allowed

    @pytest.mark.parametrize(("address", "allowed"), [
        ("203.0.113.9", True), ("203.0.114.9", False), ("::ffff:203.0.113.9", True), ("2001:db8::1", False), ("", False),
        ("unknown", False)])
    def test_only_agreed_addresses_are_let_in(self, address: str, allowed: bool) -> None:
        decided = _asked(_grant(limits=Limits(addresses=("203.0.113.0/24",))), way=Way("api", address))
        assert decided.allowed is allowed
        assert allowed or decided.reason is Reason.ADDRESS_NOT_AGREED

    def test_of_two_valid_grants_the_one_that_covers_the_way_counts(self) -> None:
        api, files = _grant("api", limits=Limits(formats=("api",))), _grant("files", limits=Limits(formats=("original",)))
        assert [_asked(api, files, way=Way(form)).grant for form in ("api", "original")] == ["api", "files"]
        assert not _asked(api, files, way=Way("json")).allowed

    def test_what_counts_is_told_with_the_limits_that_are_to_be_kept(self) -> None:
        assert _asked(_grant(limits=Limits(daily_calls=3))).limits == Limits(daily_calls=3)

    def test_a_refusal_names_the_grant_that_it_falls_short_of_and_what_was_asked(self) -> None:
        held = _grant("g", limits=Limits(formats=("csv",), addresses=("203.0.113.0/24",)))
        assert _asked(held, current=False) == Access(False, Reason.FORMER_VERSION, grant="g")
        assert _asked(held, way=Way("csv", "198.51.100.1")) == Access(
            False, Reason.ADDRESS_NOT_AGREED, grant="g", words={"address": "198.51.100.1"})
        assert _asked(held, way=Way("csv")) == Access(False, Reason.ADDRESS_NOT_AGREED, grant="g", words={"address": "–"})
        assert _asked(held, way=Way("xlsx", "203.0.113.9")) == Access(
            False, Reason.FORMAT_NOT_AGREED, grant="g", words={"formats": "csv"})

    def test_of_grants_that_fall_short_the_one_that_lasts_longest_is_named(self) -> None:
        short, long = _grant("short"), _grant("long", ends_at=NOW + 60 * DAY)
        for held in ((short, long), (long, short)):
            assert _asked(*held, current=False).grant == "long"
            assert (_asked(*held).grant, _asked(*held).until) == ("long", NOW + 60 * DAY)
