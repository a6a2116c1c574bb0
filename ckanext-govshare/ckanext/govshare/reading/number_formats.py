"""What a spreadsheet's number format shows of a number that the number itself does not tell: zeros before it and marks between
its digits, or nothing at all. Other formats (amounts, percentages, fractions, dates) only say how a quantity is written.
"""
from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

LONGEST = 255  # characters of a format, in Excel

_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<end>;)|(?P<place>[0#?])'
                    r"|(?P<point>\.)|(?P<comma>,)|(?P<code>general|[ymdhsebg@%/])|(?P<literal>.)", re.DOTALL | re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)", re.ASCII)
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne}
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_WHOLE = 1e15  # floats hold so large whole numbers exactly
_MINUS = frozenset("-−(")
# Excel's own formats of dates and times, whose codes no file has; whether they show days.
_OWN_DATES: Mapping[int, bool] = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58), True),
    **dict.fromkeys((*range(18, 22), *range(32, 36), 45, 47, 55, 56), False)}


@dataclass
class _Section:
    """`before`: the literals before, between and behind the places of digits before the decimal point; `zeros`: how many digits
    are shown there at least; `decimals`, `fixed`: how many behind the point at most, and at least; `after`: literals behind.
    `quantity`: it says how large something is, so only the number matters.
    """

    before: list[str] = field(default_factory=lambda: [""])
    zeros: int = 0
    decimals: int = 0
    fixed: int = 0
    after: str = ""
    point: bool = False
    grouped: bool = False
    quantity: bool = False
    text: bool = False
    condition: tuple[str, float] | None = None
    _comma: bool = False

    def take(self, kind: str, text: str) -> None:
        """Go on with the next token of the format."""
        match kind:
            case "place":
                self._place(text)
            case "point" if not self.point:
                self.point = True
            case "comma" if len(self.before) > 1:
                self._comma = True
            case "code":
                self.quantity, self.text = True, self.text or text == "@"
            case "bracket":
                self._bracket(text)
            case _:
                self._literal(text)

    def _place(self, sign: str) -> None:
        if self.point:
            self.decimals += 1
            self.fixed = self.decimals if sign == "0" else self.fixed
            return
        self.grouped, self._comma = self.grouped or self._comma, False
        self.zeros += sign == "0" or self.zeros > 0
        self.before.append("")

    def _bracket(self, text: str) -> None:
        if condition := _CONDITION.fullmatch(text.strip()):
            self.condition = condition[1], float(condition[2])
        elif text.startswith("$"):
            self._literal(text[1:].partition("-")[0])
        elif _ELAPSED.fullmatch(text):
            self.quantity = True

    def _literal(self, text: str) -> None:
        if self.point:
            self.after += text
        else:
            self.before[-1] += text

    def end(self) -> None:
        self.quantity |= self._comma  # behind the digits: thousands are shown as ones

    @property
    def pads(self) -> bool:
        return self.zeros > 1 and not self.quantity

    @property
    def hides(self) -> bool:
        """Whether it shows no digit of the number."""
        return len(self.before) == 1 and not self.decimals and not self.quantity

    def of(self, value: float, signed: bool) -> str | None:
        """The number as shown; None where that would lose digits or the minus, which stands before it where it is `signed`."""
        whole, fraction = str(abs(int(value))), ""
        if value != int(value) or self.decimals:
            exact = abs(Decimal(format(value, ".15g")))
            if round(exact, self.decimals) != exact:
                return None
            whole, _, fraction = format(exact, f".{self.decimals}f").partition(".")
            fraction = fraction[:self.fixed] + fraction[self.fixed:].rstrip("0")
        if self.grouped and len(whole) >= self.zeros:
            return None  # 1,234 says no more than 1234
        text = self._spread(whole.zfill(self.zeros)) + ("." + fraction if fraction else "") + self.after
        if value < 0 and not signed and not _MINUS & set(text):
            return None
        return ("-" if value < 0 and signed else "") + text.strip()

    def _spread(self, digits: str) -> str:
        """The digits at their places; those that are too many stand at the first."""
        if self.grouped:
            return self.before[0] + re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits) + "".join(self.before[1:])
        places = len(self.before) - 1
        single = digits[max(0, len(digits) - places + 1):]
        shown = [*[""] * (places - 1 - len(single)), digits[:len(digits) - len(single)], *single]
        return self.before[0] + "".join(map(str.__add__, shown, self.before[1:]))


@dataclass(frozen=True)
class NumberFormat:
    """A format. `numbers`: its sections for numbers, at most three; `hides_text`: a text is not shown."""

    numbers: Sequence[_Section]
    hides_text: bool

    @property
    def matters(self) -> bool:
        """Whether it shows something otherwise than a table would."""
        always_zero = 2 if len(self.numbers) == 3 and not self._conditional else 3
        return self.hides_text or self._pads or any(section.hides for section in self.numbers[:always_zero])

    @property
    def _pads(self) -> bool:
        return any(section.pads for section in self.numbers)

    @property
    def _conditional(self) -> bool:
        return any(section.condition for section in self.numbers[:2])

    def replacement(self, value: Any) -> str | None:
        """What is shown instead of the text or number; empty: nothing; None: it is shown as it is."""
        if type(value) is str:
            return "" if self.hides_text and value.strip() else None
        if type(value) not in (int, float) or not abs(value) < _WHOLE:
            return None
        section, signed = self._section(value)
        if section is None:
            return None
        if section.hides:
            return "" if value else None
        return section.of(value, signed) if self._pads and not section.quantity else None

    def _section(self, value: float) -> tuple[_Section | None, bool]:
        """The section of a number, and whether its minus is shown without being written there."""
        if self._conditional:
            for section in self.numbers[:2]:
                if section.condition and _COMPARED[section.condition[0]](value, section.condition[1]):
                    return section, section.condition[0][0] != "<" or section.condition[1] > 0
            last = self.numbers[1 if len(self.numbers) > 1 and value < 0 and not self.numbers[1].condition else -1]
            return (None if last.condition else last), last is self.numbers[-1]
        index = 1 if value < 0 else 2 if value == 0 else 0
        return self.numbers[index if index < len(self.numbers) else 0], not (value < 0 and len(self.numbers) > 1)


def number_format(code: str) -> NumberFormat | None:
    """The format that `code` writes; None where it shows numbers and texts as they are, or as quantities."""
    sections = [_Section()]
    for token in _TOKEN.finditer(code) if code.strip() and len(code) <= LONGEST else ():
        if token.lastgroup == "end":
            sections.append(_Section())
        elif token.lastgroup:
            sections[-1].take(token.lastgroup, token[token.lastgroup])
    for section in sections:
        section.end()
    texts = sections[3:4] or [section for section in sections[-1:] if section.text]
    numbers = sections[:min(3, len(sections) - bool(texts))]
    found = NumberFormat(numbers, bool(texts) and not texts[0].text)
    return found if code.strip() and numbers and found.matters else None


def shows_days(id: int, code: str | None) -> bool | None:
    """Whether a format of dates and times shows days; None: it is none, or counts hours beyond a day. `id`: Excel's number."""
    if code is None:
        return _OWN_DATES.get(id)
    tokens = list(_TOKEN.finditer(code[:LONGEST]))
    if any(_ELAPSED.fullmatch(token["bracket"] or "") for token in tokens):
        return None
    parts = {token["code"].lower() for token in tokens if token["code"]}
    if not parts & {*"ymdhs"}:
        return None
    return bool(parts & {"y", "d"} or not parts & {"h", "s"})
