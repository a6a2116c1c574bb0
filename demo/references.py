"""Reference tables that installed packages carry: currencies, languages, units, characters, airports."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airportsdata
import opencc
from babel import Locale
from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol
from babel.units import format_unit, get_unit_name
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

_ZH, _EN = Locale.parse("zh_Hans_CN"), Locale.parse("en")


def currencies() -> Iterator[list[Any]]:
    """ISO 4217 codes with names in both languages."""
    for code in sorted(_ZH.currencies):
        yield [code, get_currency_name(code, locale=_ZH), get_currency_name(code, locale=_EN),
               get_currency_symbol(code, locale=_ZH), get_currency_precision(code)]


def languages() -> Iterator[list[Any]]:
    """Language codes with names in both languages."""
    for code in sorted(_ZH.languages):
        yield [code, _ZH.languages[code], _EN.languages.get(code, "")]


def units() -> Iterator[list[Any]]:
    """Units of measurement with names in both languages."""
    for unit in sorted(_ZH.unit_display_names):
        names = get_unit_name(unit, locale=_ZH), get_unit_name(unit, locale=_EN)
        if all(names):
            yield [unit, unit.partition("-")[0], *names, format_unit(5, unit, length="short", locale=_ZH)]


def characters() -> Iterator[list[Any]]:
    """Chinese characters with all their Mandarin readings."""
    for code in sorted(PINYIN_DICT):
        readings = PINYIN_DICT[code].split(",")
        character = chr(code)
        usual = pinyin(character, style=Style.TONE)[0][0]
        yield [character, f"U+{code:04X}", usual, ",".join(readings), "是" if len(readings) > 1 else "否"]


def traditional() -> Iterator[list[Any]]:
    """Simplified characters with the traditional ones that they stand for."""
    source = Path(opencc.__file__).parent / "dictionary" / "STCharacters.txt"
    for line in source.read_text(encoding="utf-8").splitlines():
        simplified, _, found = line.partition("\t")
        forms = found.split()
        if simplified and forms:
            yield [simplified, forms[0], " ".join(forms), "是" if len(forms) > 1 else "否"]


def airports() -> Iterator[list[Any]]:
    """Civil airports with an IATA code, in the mainland as the source lists it."""
    for code, airport in sorted(airportsdata.load("IATA").items()):
        if airport["country"] == "CN":
            yield [code, airport["icao"], airport["name"], airport["city"], airport["subd"], airport["elevation"],
                   airport["lat"], airport["lon"]]
