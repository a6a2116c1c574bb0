"""A column of a table being read: what its values are, and so what type it has and what the clerk should know of it."""
from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.govshare.reading.cells import clean
from ckanext.govshare.reading.report import MAX_PARAM, Findings
from ckanext.govshare.reading.types import CONVERTERS, PLAIN, Kind, kind_of

MAX_ID_BYTES = 63  # PostgreSQL's limit of a name
MIXED_SHARE = 0.8  # from this share of one type on, the others are told as mistakes
EXAMPLES = 5
CODE_LENGTH = 5  # whole numbers of at least so many digits under a header that says code are codes

_CODE_NAME = re.compile(r"(代码|编码|编号|号码|证号|证件号|字号|帐号|账号|卡号|邮编|区号|电话|手机|传真|区划|code|_id|\bid)"
                        r"(?:[（(].*)?$", re.IGNORECASE)
_DATE_NAME = re.compile(r"日期|时间|年月日|date|time|day|日$|日[（(]", re.IGNORECASE)

_INTEGERS = frozenset((Kind.INTEGER, Kind.COMPACT_DATE, Kind.GROUPED_INTEGER, Kind.LOOSE_INTEGER))
_NUMBERS = _INTEGERS | {Kind.DECIMAL, Kind.LOOSE_DECIMAL, Kind.GROUPED, Kind.SCIENTIFIC, Kind.EXPONENT}
_EXPONENTS = frozenset((Kind.EXPONENT, Kind.EXPONENT_CODE))
_DATES = frozenset((Kind.ISO_DATE, Kind.DATE))
_TIMES = _DATES | {Kind.ISO_TIMESTAMP, Kind.TIMESTAMP, Kind.ZONED_TIMESTAMP}
_TOLD_ELSEWHERE = frozenset((Kind.BLANK, Kind.PLACEHOLDER, Kind.PERCENT, Kind.ZONED_TIMESTAMP))
_SERIALS = range(20000, 80000)  # 1954 to 2119 as days of a spreadsheet


@dataclass
class Column:
    """`header`: as in the source; `id`: its name in the DataStore. Filled by `add`, then asked for `type`."""

    header: str
    id: str
    counts: Counter[Kind] = field(default_factory=Counter)
    examples: dict[Kind, list[tuple[int, str]]] = field(default_factory=dict)
    longest: int = 0
    shortest: int = 0
    control_row: int | None = None
    private: tuple[int, str] | None = None  # row and text of the first with a character of the private use area
    lossy_row: int | None = None  # the first number that was stored as a float of more digits than that holds
    type: str = "text"

    def add(self, texts: Sequence[str], first_row: int) -> None:
        """Count a batch of stripped texts; the first stands in row `first_row` of the source."""
        seen: Counter[Kind] = Counter()
        lengths = set()
        for text, count in Counter(texts).items():
            seen[kind_of(text)] += count
            if text:
                lengths.add(len(text))
        self.counts += seen
        if lengths:
            self.longest = max(self.longest, *lengths)
            self.shortest = min(lengths) if not self.shortest else min(self.shortest, *lengths)
        wanted = {kind for kind in seen if kind > Kind.BLANK and len(self.examples.get(kind, ())) < EXAMPLES}
        if wanted:
            self._remember(texts, first_row, wanted)

    def _remember(self, texts: Sequence[str], first_row: int, wanted: set[Kind]) -> None:
        for row, text in enumerate(texts, start=first_row):
            if (kind := kind_of(text)) in wanted:
                found = self.examples.setdefault(kind, [])
                found.append((row, text))
                if len(found) >= EXAMPLES:
                    wanted.discard(kind)
                    if not wanted:
                        return

    @property
    def values(self) -> int:
        """How many cells say something."""
        return sum(self.counts.values()) - self.counts[Kind.BLANK] - self.counts[Kind.PLACEHOLDER]

    @property
    def blank(self) -> bool:
        return self.values == 0 and not self.counts[Kind.PLACEHOLDER]

    def nulls(self, rows: int) -> int:
        """Of `rows` rows of the table, those without a value here."""
        filled = self.values + (self.counts[Kind.PLACEHOLDER] if self.type == "text" else 0)
        return rows - filled

    def needs_conversion(self) -> bool:
        """Whether some text is not yet in the form that the type has in the table."""
        if self.type == "text":
            return False
        return any(self.counts[kind] for kind in Kind if kind is not Kind.BLANK and kind not in PLAIN[self.type])

    def decide(self, findings: Findings) -> None:
        """Set `type` from what was counted, and say what the clerk should look at."""
        if self.values and (families := [(name, kinds) for name, kinds in self._families() if self._only(kinds)]):
            self.type = families[0][0]
        if self.type in ("int8", "numeric") and self._is_code():
            self.type = "text"
        if self.type == "text":
            self._tell_text(findings)
        else:
            self._tell_typed(findings)
        if self.control_row is not None:
            findings.add("control_characters", row=self.control_row, column=self.header)
        if self.private:
            findings.add("private_characters", row=self.private[0], column=self.header, value=self.private[1])
        if self.lossy_row is not None:
            findings.add("precision_lost", row=self.lossy_row, column=self.header)
        if self.blank:
            findings.add("empty_column", column=self.header)

    def _families(self) -> Iterable[tuple[str, frozenset[Kind]]]:
        compact: frozenset[Kind] = frozenset({Kind.COMPACT_DATE} if _DATE_NAME.search(self.header) else ())
        yield "bool", frozenset((Kind.BOOL, Kind.LOOSE_BOOL))
        yield "date", _DATES | compact
        yield "timestamp", _TIMES | compact
        yield "int8", _INTEGERS
        decimals = any(self.counts[kind] for kind in _NUMBERS - _INTEGERS)
        yield "numeric", _NUMBERS | ({Kind.EXPONENT_CODE} if decimals else frozenset())
        yield "numeric", frozenset((Kind.PERCENT,))

    def _count(self, kinds: Iterable[Kind]) -> int:
        return sum(self.counts[kind] for kind in kinds)

    def _only(self, kinds: Iterable[Kind]) -> bool:
        return self._count(kinds) == self.values

    def _is_code(self) -> bool:
        return (self._count(_INTEGERS) == self.values and not self.counts[Kind.GROUPED_INTEGER]
                and self.shortest >= CODE_LENGTH and bool(_CODE_NAME.search(self.header)))

    def _tell_text(self, findings: Findings) -> None:
        if self.counts[Kind.CODE] or self.counts[Kind.EXPONENT_CODE]:
            if self._only({*_NUMBERS, Kind.CODE, Kind.EXPONENT_CODE}):
                findings.add("codes_as_text", column=self.header)
            return
        self._tell_mixed(findings)

    def _tell_mixed(self, findings: Findings) -> None:
        counted = [(self._count(kinds), name, kinds) for name, kinds in self._families()]
        count, name, kinds = max(counted, key=lambda family: family[0])
        if not self.values or count == self.values or count < MIXED_SHARE * self.values:
            return
        share = min(99, 100 * count // self.values)
        wrong = sorted((row, text) for kind, found in self.examples.items() if kind not in kinds and kind > Kind.PLACEHOLDER
                       for row, text in found)
        for row, text in wrong[:EXAMPLES]:
            findings.add("mixed_types", row=row, column=self.header, value=text, type=name, share=share)

    def _tell_typed(self, findings: Findings) -> None:
        if count := self.counts[Kind.PLACEHOLDER]:
            row, text = self.examples[Kind.PLACEHOLDER][0]
            findings.add("placeholders", row=row, column=self.header, value=text, count=count)
        if self.counts[Kind.PERCENT]:
            findings.add("percent", column=self.header)
        if self.counts[Kind.ZONED_TIMESTAMP]:
            findings.add("beijing_time", column=self.header)
        for row, text in self.examples.get(Kind.SCIENTIFIC, ()):
            findings.add("scientific_notation", row=row, column=self.header, value=text)
        exponents = [each for kind in _EXPONENTS for each in self.examples.get(kind, ())]
        for row, text in sorted(exponents)[:1]:
            findings.add("exponent", row=row, column=self.header, value=text, count=self._count(_EXPONENTS))
        self._tell_rewritten(findings)
        if self.type == "int8" and _DATE_NAME.search(self.header):
            self._tell_serials(findings)

    def _tell_rewritten(self, findings: Findings) -> None:
        kinds = set(self.counts) - PLAIN[self.type] - _TOLD_ELSEWHERE
        if found := sorted(self.examples[kind][0] for kind in kinds if self.counts[kind]):
            row, text = found[0]
            findings.add("rewritten", row=row, column=self.header, value=text, made=CONVERTERS[self.type](text),
                         count=self._count(kinds))

    def _tell_serials(self, findings: Findings) -> None:
        row, text = self.examples.get(Kind.INTEGER, [(0, "")])[0]
        if self.shortest == self.longest == 5 and int(text or 0) in _SERIALS:
            findings.add("date_serials", row=row, column=self.header, value=text)

    def described(self, rows: int) -> dict[str, Any]:
        """The column in the report."""
        return {"id": self.id, "name": self.header, "type": self.type, "nulls": self.nulls(rows), "longest": self.longest}


MAX_HEADER = 200  # characters of a header that are kept
MOST_RENAMED = 200  # columns whose new names are listed
_MARK = "\ufeff"  # at the beginning of a text it is no part of it
# Columns that PostgreSQL adds to every table.
RESERVED = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\"]+")
# CKAN and SQLAlchemy give these a meaning in statements.
_LOOKALIKES = str.maketrans({":": "：", "%": "％"})


def name_columns(headers: Sequence[str], findings: Findings) -> list[Column]:
    """Columns with ids that the DataStore takes: not blank, unique, at most 63 bytes, no leading underscore. Each id that is not
    the header is told.
    """
    taken: set[str] = set()
    columns: list[Column] = []
    renamed: list[str] = []
    spaced: list[str] = []
    for position, header in enumerate(headers, start=1):
        shown = " ".join(_visible(clean(header[:MAX_HEADER]), findings).split())
        wanted = _clean(shown) or f"column_{position}"
        name = _unique(f"{wanted}_1" if wanted in RESERVED else wanted, taken)
        if wanted in RESERVED:
            findings.add("reserved_header", column=shown, name=name)
        elif shown and len(wanted.encode()) > MAX_ID_BYTES:
            findings.add("long_header", column=shown, limit=MAX_ID_BYTES, name=name)
        elif shown and name != wanted:
            findings.add("duplicate_header", column=shown, position=position, name=name)
        elif shown and name != " ".join(header.strip(_MARK).split()):
            renamed.append(_change(header, name))
        elif shown and name != header.strip().strip(_MARK).strip():
            spaced.append(_change(header, name))
        taken.add(name.casefold())
        columns.append(Column(header=shown, id=name))
    if renamed:
        findings.add("renamed_headers", names=renamed[:MOST_RENAMED], count=len(renamed))
    if spaced:
        findings.add("spaced_headers", names=spaced[:MOST_RENAMED], count=len(spaced))
    return columns


def _change(header: str, name: str) -> str:
    r"""The old and the new name; what cannot be seen is written as \u200b."""
    old = "".join(char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
                  for char in header[:MAX_PARAM].strip())
    return f"“{old}” → “{name}”"


def _visible(header: str, findings: Findings) -> str:
    """The header without what cannot be seen; characters of the private use area, which names may not have, become a sign."""
    if header.isascii() or not any(unicodedata.category(char).startswith("C") for char in header):
        return header
    made = "".join("□" if unicodedata.category(char) in ("Co", "Cn") else char for char in header
                   if unicodedata.category(char) not in ("Cf", "Cs"))
    if "□" in made and "□" not in header:
        findings.add("private_characters", column=made, value=header)
    return made


def _clean(header: str) -> str:
    name = _UNSAFE.sub(" ", header).translate(_LOOKALIKES).strip().lstrip("_").strip()
    return f"＄{name[1:]}" if name.startswith("$") else name  # in filters `$` begins an operator


def _unique(wanted: str, taken: set[str]) -> str:
    name, number = _cut(wanted, MAX_ID_BYTES), 1
    while name.casefold() in taken:
        number += 1
        ending = f"_{number}"
        name = _cut(wanted, MAX_ID_BYTES - len(ending)) + ending
    return name


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").strip()
