"""Who reads what of a case, by part. Pure; docs/state-matrix.md shows the table."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from ckanext.govshare.domain.parts import Part


class Matter(StrEnum):
    """What there is to read of a case."""

    STANDING = "standing"  # that there is one, its state, dates and steps
    WORDS = "words"  # who it is about, and what people wrote: forms, attachments, reasons, networks
    STAFF = "staff"  # which clerk took a step


_CONCERNED = frozenset({Part.APPLICANT, Part.HANDLER, Part.DEPARTMENT_MEMBER, Part.COMPETENT, Part.SYSTEM})

READERS: Mapping[Matter, frozenset[Part]] = {
    Matter.STANDING: _CONCERNED | {Part.OPERATOR},
    Matter.WORDS: _CONCERNED,
    Matter.STAFF: _CONCERNED - {Part.APPLICANT},
}


def reads(matter: Matter, held: frozenset[Part]) -> bool:
    """Whether somebody of the parts `held` may read `matter`."""
    return bool(READERS[matter] & held)


def names(actor: str, held: frozenset[Part], known: Collection[str]) -> bool:
    """Whether a history tells somebody of the parts `held` who took a step.

    Which of its clerks acted is an authority's affair. `known`: the ids of those whom whoever reads the case knows anyway.
    """
    return reads(Matter.STAFF, held) or (reads(Matter.WORDS, held) and bool(actor) and actor in known)
