"""What a searcher may write: the words looked for, filters, sorting, fields asked for.

Search is open to everybody, and Solr's language reaches far: into fields that are not public, into other query
parsers, into errors. Words are therefore made harmless and never refused; everything else is either in the small
language below or refused by the name of its parameter.
"""
from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache

import pyparsing as pp

from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.wording import Message

# Each pair of characters is a clause in each of a dozen fields, and Solr takes 1,024 clauses.
LONGEST_QUERY = 80
LONGEST_FILTER = 1000
DEEPEST_FILTER = 20
# Parameters that are lists of texts, and how many each may hold.
LISTS = ("fq_list", "facet.field", "fl")
MOST_LISTED = 100

ATTRIBUTES = frozenset({"catalog_kind", "catalog_code", "category_code", "format_class", "sharing_type", "open_type",
                        "update_frequency", "sample_data"})
DATES = frozenset({"issued", "metadata_created", "metadata_modified"})
FACETS = ATTRIBUTES - {"catalog_code"} | {"organization", "owner_org", "groups", "tags", "res_format", "license_id"}
RETURNED = ATTRIBUTES | DATES | {"id", "name", "title", "notes", "organization", "owner_org", "groups", "tags",
                                 "res_format", "license_id", "type", "dataset_type", "state", "version"}
FILTERED = RETURNED | {"capacity", "creator_user_id", "entity_type", "site_id"}
SORTED = DATES | {"score", "name", "title_string", "id", "catalog_code", "organization", "open_type",
                  "update_frequency", "view_recent", "views_recent", "views_total"}

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_MIXED_PAIR = re.compile(rf"(?:{_HAN}[^\W_]|[^\W_]{_HAN})(?<!{_HAN}{_HAN})")
_MAGIC_FIELD = re.compile(r"_(?:query|val)_(?=\s*:)")
_FUZZY = str.maketrans("~^", "  ")  # nearly equal: for a word of two characters that is any word
_USELESS_BACKSLASH = re.compile(r'\\(?![+\-!(){}\[\]^"~*?:&|/])')
_BARE_SLASH = re.compile(r"(?<!\\)/")
_LONELY_SIGNS = re.compile(r'(?<!\S)[^\w\s"*?()\[\]{}\\]+(?!\S)')
_DANGLING_OPERATORS = re.compile(r"^(?:(?:AND|OR)\s+)+|(?:\s+(?:AND|OR|NOT))+$")
_ALTERNATIVES = re.compile(r"(?<!\S)OR(?!\S)")
_NAMED_FIELD = re.compile(r"(?<![\w\\])[a-z_]+:\S")
_BARE_HAN = re.compile(rf"(?<![*?]){_HAN}{{2,}}(?![*?])")
_SORT = re.compile(r"\s*(\w+)\s+(?:asc|desc)\s*", re.IGNORECASE)


def clean_words(words: str) -> str:
    """The words looked for, safe for Solr: no other parser, no magic field, no pattern, not too long.

    Where words are joined by OR, each Chinese word must stand as it is: pieces of it would be counted among the
    alternatives.
    """
    words = _USELESS_BACKSLASH.sub(" ", _printable(words).replace("{!", " ").translate(_FUZZY))
    words = _BARE_SLASH.sub(r"\/", _MAGIC_FIELD.sub(" ", words))
    words = _DANGLING_OPERATORS.sub("", " ".join(_LONELY_SIGNS.sub(" ", words).split()))
    if not has_alternatives(words):
        return words
    parts = words.split('"')
    parts[::2] = [_BARE_HAN.sub(lambda run: f'"{run[0]}"', part) for part in parts[::2]]
    return '"'.join(parts)


def clean_beginning(text: str) -> str:
    """What was typed so far of a title or name, safe within the quotation marks that CKAN puts around it."""
    return _MAGIC_FIELD.sub(" ", _printable(text).replace("{!", " ").replace("\\", " ")).strip()


def _printable(text: str) -> str:
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in text[:LONGEST_QUERY])


def has_alternatives(words: str) -> bool:
    """Whether the searcher joined words by OR."""
    return bool(_ALTERNATIVES.search(words))


def names_a_field(words: str) -> bool:
    """Whether words are looked for in a field by its name, as programs do: `tags:水质`."""
    return bool(_NAMED_FIELD.search(words))


def has_mixed_pair(words: str) -> bool:
    """Whether one of the words is a pair such as 5类 or G网, which no analysis into words finds inside a longer one."""
    return any(_MIXED_PAIR.fullmatch(word) for word in words.split())


def texts(parameter: str, given: object) -> list[str]:
    """A parameter of LISTS: a list of texts, the JSON of one, or one text that is all there is in it.

    Raises Invalid for `parameter`.
    """
    listed = _listed(given) if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise Invalid({parameter: [Message("Must be a list of texts")]})
    if len(listed) > MOST_LISTED:
        too_many = Message("{count} elements; at most {limit} are allowed", count=len(listed), limit=MOST_LISTED)
        raise Invalid({parameter: [too_many]})
    return listed


def _listed(text: str) -> list[object]:
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except (ValueError, RecursionError):
            pass  # a filter may begin so: [a TO b]
    return [text] if text.strip() else []


def check_sort(sort: str) -> None:
    """Refuse sorting by anything but the fields in SORTED; raises Invalid for `sort`."""
    for part in sort.split(","):
        matched = _SORT.fullmatch(part)
        if not matched or matched[1] not in SORTED:
            raise Invalid({"sort": [Message("Cannot sort by “{part}”", part=part.strip()[:50])]})


def check_names(parameter: str, names: Iterable[object], allowed: frozenset[str]) -> None:
    """Refuse names outside `allowed`; raises Invalid for `parameter`."""
    for name in names:
        if name not in allowed:
            raise Invalid({parameter: [Message("The field “{name}” is not available", name=str(name)[:50])]})


def check_filter(text: str, parameter: str = "fq") -> None:
    """Refuse a filter outside the small language of `_grammar`; raises Invalid for `parameter`."""
    too_long = len(text) > LONGEST_FILTER or text.count("(") > DEEPEST_FILTER
    control = any(unicodedata.category(char) in ("Cc", "Cs") and not char.isspace() for char in text)
    magic = "{!" in text or _MAGIC_FIELD.search(text.replace("\\", ""))
    if too_long or control or magic or not _understood(text):
        raise Invalid({parameter: [Message("This filter cannot be understood: {filter}", filter=text[:100])]})


@lru_cache(maxsize=500)
def _understood(text: str) -> bool:
    """Whether the grammar takes the filter; CKAN puts the same few into every search."""
    return bool(_grammar().matches(text))


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@cache
def _grammar() -> pp.ParserElement:
    """Clauses `[+-]field:value` joined by AND and OR, in brackets if need be; a date only as a range of valid dates.

    No local parameters, functions, regular expressions, or fields beyond FILTERED.
    """
    special = r'\s!(){}\[\]^"~:\\/&|\u3000'
    quoted = pp.Regex(r'"(?:[^"\\]|\\.)*"')
    word = pp.Regex(rf"(?!(?:AND|OR|NOT|TO)(?![^{special}]))(?:[^{special}+\-]|\\.)(?:[^{special}]|\\.)*")
    bound = r'(?:"[^"\\]*"|[^\s\[\]{}"\\!]+)'
    span = pp.Regex(rf"[\[{{]\s*{bound}\s+TO\s+{bound}\s*[\]}}]")
    unit = r"(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)S?"
    moment = pp.Regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z").add_condition(lambda found: _is_moment(found[0]))
    date = "*" | pp.Combine((pp.Literal("NOW") | moment) + pp.Regex(rf"(?:[+-]\d{{1,4}}{unit}|/{unit})*"))
    dates = pp.one_of("[ {") + date + "TO" + date + pp.one_of("] }") | "*"

    clauses = pp.Forward()
    field = pp.one_of(sorted(FILTERED - DATES), as_keyword=True) | pp.Regex(r"\*(?=\s*:\s*\*)")
    dated = pp.one_of(sorted(DATES), as_keyword=True) + ":" + dates
    value = quoted | span | "(" + clauses + ")" | word
    clause = pp.Opt(pp.one_of("+ -") | pp.Keyword("NOT")) + (dated | pp.Opt(field + ":") + value)
    clauses <<= clause + (pp.Opt(pp.one_of("AND OR", as_keyword=True)) + clause)[...]
    return pp.Opt(clauses)
