"""Tables as files, made while they are sent: each writer takes portions of rows and gives bytes, in constant memory.

A writer is given the columns ({id, name, type}) and portions of rows, each row a tuple in the order of the columns, its
values of the types that `domain.table_queries.Columns` name, or None.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Columns = Sequence[Mapping[str, Any]]
Portions = Iterable[Sequence[tuple[Any, ...]]]


class Writer(Protocol):
    """Rows as one file's bytes."""

    def __call__(self, columns: Columns, portions: Portions, /) -> Iterator[bytes]: ...


def chosen_names(columns: Columns) -> list[str]:
    """The headings of a file: the columns' names in the DataStore, which filters and the API use too."""
    return [column["id"] for column in columns]
