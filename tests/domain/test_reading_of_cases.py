"""Who reads what of a case, by part."""
from __future__ import annotations

import pytest

from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter, names, reads

ALL = set(Matter)
READ: dict[Part, set[Matter]] = {
    Part.APPLICANT: {Matter.STANDING, Matter.WORDS}, Part.HANDLER: ALL, Part.DEPARTMENT_MEMBER: ALL, Part.COMPETENT: ALL,
    Part.SYSTEM: ALL, Part.OPERATOR: {Matter.STANDING}, Part.STRANGER: set(),
}


@pytest.mark.parametrize("part", Part)
def test_each_part_reads_this_and_no_more(part: Part) -> None:
    found = {matter: reads(matter, frozenset({part})) for matter in Matter}
    assert found == {matter: matter in READ[part] for matter in Matter}


def test_who_has_two_parts_reads_what_either_reads_and_who_has_none_reads_nothing() -> None:
    assert reads(Matter.STAFF, frozenset({Part.APPLICANT, Part.HANDLER}))
    assert not any(reads(matter, frozenset()) for matter in Matter)


@pytest.mark.parametrize(("part", "told"), [
    (Part.HANDLER, ["clerk", "company", ""]), (Part.COMPETENT, ["clerk", "company", ""]), (Part.APPLICANT, ["company"]),
    (Part.OPERATOR, []), (Part.STRANGER, [])])
def test_a_history_names_clerks_to_authorities_and_others_only_whom_they_know(part: Part, told: list[str]) -> None:
    known = {"company", ""}
    assert [actor for actor in ("clerk", "company", "") if names(actor, frozenset({part}), known)] == told
