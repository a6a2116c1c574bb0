r"""Questions to the table of a data file: filters, sorting, words looked for, columns (OPN-5).

Their form in an address is stable, so that links and programs keep working:

    filter=列名:contains:值    repeated; all filters must hold, but of several `eq` on one column any one is enough
    sort=列名:desc             repeated, the first counts most; `asc` may be left out
    q=words                   each word stands somewhere in the row's text
    fields=列名                repeated; the columns wanted, in that order; none means all

In a column's name `:` is written `\:` and `\` is written `\\`. A form without scripts may send `column`, `op` and `value`,
repeated, in place of `filter`.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from ckanext.govshare.domain.errors import DomainError, Invalid
from ckanext.govshare.domain.wording import Message

MOST_FILTERS = 20
MOST_SORTS = 5
MOST_WORDS = 6
LONGEST_VALUE = 200
LONGEST_SEARCH = 100

Columns = Sequence[Mapping[str, Any]]
Value = str | int | Decimal | date | datetime | bool | None

# What may be asked of a column, by its type in the DataStore.
_ORDERED = ("eq", "ge", "le", "empty", "filled")
OPS: Mapping[str, tuple[str, ...]] = {
    "text": ("contains", "eq", "empty", "filled"),
    "int8": _ORDERED, "numeric": _ORDERED, "float8": _ORDERED,
    "date": _ORDERED, "timestamp": _ORDERED,
    "bool": ("eq", "empty", "filled"),
}
WITHOUT_VALUE = frozenset({"empty", "filled"})
OP_NAMES: Mapping[str, Message] = {
    "contains": Message("contains"), "eq": Message("is"), "ge": Message("at least"), "le": Message("at most"),
    "empty": Message("is empty"), "filled": Message("is filled"),
}
_TRUE, _FALSE = frozenset({"true", "t", "1", "yes", "是"}), frozenset({"false", "f", "0", "no", "否"})
_PART = re.compile(r"((?:[^:\\]|\\.)*)(?::(.*))?", re.DOTALL)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class TooSlow(DomainError):
    """The database gave up on a question."""

    def __init__(self) -> None:
        super().__init__(Message("This question takes too long. Please narrow it down with a filter."))


class Filter(NamedTuple):
    """One condition. `op`: one of OPS of the column's type. `value`: of the column's type, None for empty and filled;
    a `date` asked of a timestamp means the whole day.
    """

    column: str
    op: str
    value: Value = None


class Sort(NamedTuple):
    column: str
    desc: bool = False


@dataclass(frozen=True)
class Query:
    """A question; the empty one is for the whole table. `fields`: the columns wanted, () for all."""

    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    search: str = ""
    fields: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it leaves no row out."""
        return not self.filters and not self.search.strip()


def chosen(query: Query, columns: Columns) -> list[Mapping[str, Any]]:
    """The columns that the question wants, in its order."""
    by_id = {column["id"]: column for column in columns}
    return [by_id[name] for name in query.fields] if query.fields else list(columns)


def parse(args: Mapping[str, Sequence[str]], columns: Columns) -> Query:
    """The question that an address asks of a table with `columns` ({id, type} each).

    args: the values by name (`request.args.to_dict(flat=False)`); names that are not ours are left alone.
    Raises Invalid, with errors by the parameter's name (filter, sort, q, fields).
    """
    types = {column["id"]: column["type"] for column in columns}
    filters = [*map(_split, args.get("filter", ())), *_from_form(args)]
    errors: dict[str, list[Message]] = {}
    query = Query(
        filters=tuple(_each("filter", filters, MOST_FILTERS, lambda parts: condition(types, *parts), errors)),
        sort=tuple(_each("sort", filter(None, args.get("sort", ())), MOST_SORTS, lambda text: _order(types, text), errors)),
        search="".join(_each("q", args.get("q", ())[:1], 1, words, errors)),
        fields=tuple(_each("fields", filter(None, args.get("fields", ())), len(types), partial(in_table, types), errors)),
    )
    if len(set(query.fields)) < len(query.fields):
        errors.setdefault("fields", []).append(Message("A column is named twice"))
    if errors:
        raise Invalid(errors)
    return query


def to_args(query: Query) -> dict[str, list[str]]:
    """The parameters of an address that asks the question; what it does not use is left out."""
    args = {
        "filter": [":".join((_escaped(f.column), f.op, *(() if f.op in WITHOUT_VALUE else (_written(f.value),))))
                   for f in query.filters],
        "sort": [_escaped(s.column) + (":desc" if s.desc else "") for s in query.sort],
        "q": [query.search] if query.search else [],
        "fields": list(query.fields),
    }
    return {name: values for name, values in args.items() if values}


def condition(types: Mapping[str, str], column: str, op: str, value: str = "") -> Filter:
    """One filter from its parts as people write them. Raises Refused."""
    kind = types[in_table(types, column)]
    if op not in OPS[kind]:
        raise Refused(Message("“{op}” cannot be asked of the column “{column}”", op=op[:20], column=column))
    if op in WITHOUT_VALUE:
        return Filter(column, op)
    _check_text(value, LONGEST_VALUE)
    try:
        return Filter(column, op, _READERS[kind](value.strip() if kind != "text" else value))
    except (ValueError, ArithmeticError):
        raise Refused(Message("“{value}” does not fit the column “{column}”: {expected}", value=value[:50], column=column,
                              expected=_EXPECTED[kind])) from None


def words(text: str) -> str:
    """Words looked for, each once and a few only. Raises Refused for a text that is too long or cannot be in a table."""
    _check_text(text, LONGEST_SEARCH)
    found = text.split()
    if len(found) > MOST_WORDS:
        raise Refused(Message("At most {limit}", limit=MOST_WORDS))
    return " ".join(dict.fromkeys(found))


class Refused(ValueError):
    """One part of a question is wrong."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def _each(parameter: str, parts: Iterable[Any], most: int, read: Callable[[Any], Any],
          errors: dict[str, list[Message]]) -> list[Any]:
    """All parts that `read` takes; what it refuses is added to `errors`."""
    made: list[Any] = []
    for number, part in enumerate(parts):
        try:
            if number >= most:
                raise Refused(Message("At most {limit}", limit=most))
            made.append(read(part))
        except Refused as refused:
            errors.setdefault(parameter, []).append(refused.message)
            if number >= most:
                break
    return made


def _from_form(args: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, ...]]:
    rows = zip_longest(args.get("column", ()), args.get("op", ()), args.get("value", ()), fillvalue="")
    # A row that nobody filled in asks for nothing.
    return [row for row in rows if row[0] and (row[2] or row[1] in WITHOUT_VALUE)]


def _split(text: str) -> tuple[str, ...]:
    """`列名:op:value` in its parts; what is missing is empty."""
    found = _PART.fullmatch(text)
    column, rest = (found[1], found[2] or "") if found else (text, "")
    op, _, value = rest.partition(":")
    return _unescaped(column), op, value


def _order(types: Mapping[str, str], text: str) -> Sort:
    column, direction, value = _split(text)
    if direction not in ("", "asc", "desc") or value:
        said = f"{direction}:{value}" if value else direction
        raise Refused(Message("Sorting is asc or desc, not “{direction}”", direction=said[:50]))
    return Sort(in_table(types, column), direction == "desc")


def in_table(types: Mapping[str, str], column: str) -> str:
    """The column's id. Raises Refused where there is no such column."""
    if column not in types:
        raise Refused(Message("There is no column “{column}”", column=column[:63]))
    return column


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise Refused(Message("At most {limit} characters", limit=longest))
    if any(unicodedata.category(char) in ("Cs", "Cn") or char == "\0" for char in text):
        raise Refused(Message("This text has characters that no table holds"))


def _escaped(column: str) -> str:
    return column.replace("\\", "\\\\").replace(":", "\\:")


def _unescaped(column: str) -> str:
    return re.sub(r"\\(.)", r"\1", column, flags=re.DOTALL)


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(text: str) -> Decimal:
    number = Decimal(text)
    # The exponent is bounded: a database would write 1e9999 out in full.
    if not number.is_finite() or not -60 <= number.adjusted() <= 60:
        raise InvalidOperation
    return number


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    return date(*map(int, found.groups())) if found else date.fromisoformat(text)


def _moment(text: str) -> date:
    try:
        return _day(text)
    except ValueError:
        return datetime.fromisoformat(text).replace(tzinfo=None)


def _yes_or_no(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


_READERS: Mapping[str, Callable[[str], Value]] = {
    "text": str, "int8": _number, "numeric": _number, "float8": _number,
    "date": _day, "timestamp": _moment, "bool": _yes_or_no,
}
_NUMBER, _DATE = Message("a number is expected"), Message("a date such as 2026-03-05 is expected")
_EXPECTED: Mapping[str, Message] = {
    "text": Message("a text is expected"), "int8": _NUMBER, "numeric": _NUMBER, "float8": _NUMBER,
    "date": _DATE, "timestamp": _DATE, "bool": Message("true or false is expected"),
}
