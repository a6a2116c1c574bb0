"""A walk over everything that answers without changing anything: every such action, and every page that can be got.

Actions and pages are taken from the running application, so new ones join by themselves. A probe is one request. Some
probes name something hidden (by id, name or word): the same probe is made with a twin that never existed, and both
answers must be the same. All others are made before and after the hidden things come into being: same again.
"""
from __future__ import annotations

import importlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

from browser import Browser
from ckan import logic
from emptying import forget_attempts

PARAMETER = re.compile(r":param\s+(?:\w+\s+)?([\w.]+)\s*:")
NAMING = frozenset({"id", "subject", "object", "package_id", "resource_id", "name", "order", "owner_id"})
IDENTIFIERS = frozenset({"id", "id2", "name_or_id", "user", "object", "name", "resource_id", "entity_id", "owner_id",
                         "organization", "dataset_id", "group", "user_id", "package_id", "other"})
WORDS = frozenset({"q", "query", "fq", "terms", "incomplete"})
FLAG = re.compile(r"include_|all_fields$|use_default_schema$|ids_only$")
CORE = ("get", "file", "create", "update", "delete", "patch")
DATES = re.compile(r"<updated>[^<]*</updated>|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
TOKENS = re.compile(r'(name="_csrf_token"\s+(?:content|value)=)"[^"]*"')
HEADERS = ("Content-Type", "Location", "Content-Disposition", "Link")
COUNTED = ("/user/re", "/account/address", "/govshare_password_re", "/govshare_registration_", "/govshare_address_",
           "/user_update", "/user_patch")
LEFT_OUT = frozenset({"static", "webassets.index", "api.action", "user.logout", "home.redirect_locale"})


@dataclass(frozen=True)
class Probe:
    """One request: its address, what it posts if it posts, and the hidden name that it tries."""

    address: str
    name: str = ""
    posts: str | None = None

    def __str__(self) -> str:
        return self.address if self.posts is None else f"POST {self.address} {self.posts}"

    def for_twin(self, twin: str) -> Probe:
        posts = self.posts and self.posts.replace(self.name, twin)
        return Probe(self.address.replace(quote(self.name), quote(twin)), twin, posts)


@dataclass(frozen=True)
class Answer:
    """What came back, in a form that two requests can be compared by."""

    status: int
    headers: tuple[str | None, ...]
    body: str


@dataclass
class Twins:
    """Hidden names and words, each with one of the same shape that never existed."""

    identifiers: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()  # those of the identifiers that stand for all where there are many addresses

    def all(self) -> dict[str, str]:
        return self.identifiers | self.words


def actions(changing: bool = False) -> dict[str, frozenset[str]]:
    """Every action that changes nothing (or every other), with the parameters that its or the core's documentation names."""
    logic.get_action("package_show")
    registered: Mapping[str, Any] = logic._actions
    return {name: _parameters(name, action) for name, action in sorted(registered.items())
            if getattr(action, "side_effect_free", False) is not changing}


def _parameters(name: str, action: Any) -> frozenset[str]:
    documents = [action.__doc__ or ""]
    for module in CORE:
        original = getattr(importlib.import_module(f"ckan.logic.action.{module}"), name, None)
        documents.append(getattr(original, "__doc__", None) or "")
    named = {parameter for text in documents for parameter in PARAMETER.findall(text)}
    return frozenset(named) or frozenset({"id", "q"})


def _call(action: str, parameters: Mapping[str, Any]) -> str:
    encoded = {k: v if isinstance(v, str) else json.dumps(v) for k, v in parameters.items()}
    return f"/api/3/action/{action}" + (f"?{urlencode(encoded)}" if encoded else "")


def neutral_calls(known: Sequence[str]) -> Iterator[Probe]:
    """Calls that name only what everybody may know (`known`)."""
    for action, parameters in actions().items():
        flags = {parameter: "true" for parameter in parameters if FLAG.match(parameter)}
        yield Probe(_call(action, {}))
        if flags:
            yield Probe(_call(action, flags))
        for parameter, name in product(sorted(parameters & IDENTIFIERS), known):
            yield Probe(_call(action, {parameter: name}))
            if flags:
                yield Probe(_call(action, {parameter: name} | flags))


def calls_about(names: Sequence[str]) -> Iterator[Probe]:
    """Every call about each of `names`, in each parameter that may take one, with all flags set."""
    for action, parameters in actions().items():
        flags = {parameter: "true" for parameter in parameters if FLAG.match(parameter)}
        for parameter, name in product(sorted(parameters & IDENTIFIERS), names):
            yield Probe(_call(action, {parameter: name} | flags))


def naming_calls(twins: Twins, names: Iterable[str]) -> Iterator[Probe]:
    """Calls that name what is hidden: each of `names` and each word, in each parameter that may take one."""
    for action, parameters in actions().items():
        for parameter, name in product(sorted(parameters & IDENTIFIERS), names):
            yield Probe(_call(action, {parameter: name}), name)
        for parameter, word in product(sorted(parameters & WORDS), twins.words):
            for pattern in ("{}", "name:{}", "title:{}*"):
                yield Probe(_call(action, {parameter: pattern.format(word)}), word)


def naming_commands(twins: Twins, known: str) -> Iterator[Probe]:
    """Calls of actions that do change something, naming what is hidden; what they need besides is filled in."""
    filled = {"object_type": "package", "capacity": "public", "type": "depends_on", "organization_id": known, "id": known}
    for action, parameters in actions(changing=True).items():
        for parameter, name in product(sorted((parameters | {"id"}) & NAMING), twins.pages):
            for posts in ({parameter: name}, {**filled, parameter: name}):
                yield Probe(f"/api/3/action/{action}", name, json.dumps(posts))


def _rules(app: Any, method: str = "GET") -> list[Any]:
    """One rule for each address: CKAN registers some twice."""
    rules = {re.sub(r"<int[^>]*>", "<ver>", rule.rule): rule for rule in app.flask_app.url_map.iter_rules()
             if method in rule.methods and rule.endpoint not in LEFT_OUT and "<int" not in rule.rule}
    return list(rules.values())


def _fill(rule: Any, values: Mapping[str, str]) -> str:
    address = re.sub(r"<(?:string|path):", "<", rule.rule)
    for argument in rule.arguments:
        value = "zh_Hans_CN" if argument == "lang" else values.get(argument, values[""])
        address = address.replace(f"<{argument}>", quote(value))
    return address


def neutral_pages(app: Any, known: Sequence[str]) -> Iterator[Probe]:
    """Pages without a name in their address, and those of what everybody may know."""
    for rule in _rules(app):
        if rule.arguments - {"lang"}:
            for name in known:
                yield Probe(_fill(rule, {"": name}))
        else:
            yield Probe(_fill(rule, {"": ""}))


def pages_about(app: Any, values: Mapping[str, str], names: Sequence[str]) -> Iterator[Probe]:
    """Every page with `values` in its address, by argument; each of `names` in turn where an argument is none of them."""
    addresses = (_fill(rule, {**values, "": name}) for rule in _rules(app) if rule.arguments - {"lang"} for name in names)
    yield from map(Probe, dict.fromkeys(addresses))


def naming_pages(app: Any, twins: Twins, known: str) -> Iterator[Probe]:
    """Pages of what is hidden, alone and under the address of something known, and searches for hidden words."""
    for rule in _rules(app):
        free = rule.arguments - {"lang"}
        for name in twins.pages if free else ():
            yield Probe(_fill(rule, {"": name}), name)
            if len(free) > 1:
                yield Probe(_fill(rule, {"": name, "id": known}), name)
        for word in twins.words if not free else ():
            for parameter in ("q", "incomplete"):
                yield Probe(f"{_fill(rule, {'': ''})}?{parameter}={quote(word)}", word)


def naming_forms(app: Any, twins: Twins) -> Iterator[Probe]:
    """Empty forms sent to the addresses of what is hidden."""
    for rule in _rules(app, "POST"):
        for name in twins.pages if rule.arguments else ():
            yield Probe(_fill(rule, {"": name}), name, "{}")


def body_of(got: Any) -> str:
    """The text of an answer's body; of a workbook, that of its parts."""
    body: bytes = got.get_data()
    if body.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    return body.decode("utf-8", "replace")


def answer(browser: Browser, probe: Probe) -> Answer:
    if any(part in probe.address for part in COUNTED):
        # Registration and reset count who asks, and a walk asks often.
        forget_attempts()
    try:
        got = browser.get(probe.address) if probe.posts is None else browser.post(probe.address, json=json.loads(probe.posts))
    except Exception as error:  # noqa: BLE001 - in a test the application raises what it would answer with status 500
        return Answer(500, (), type(error).__name__)
    if got.status_code == 302 and probe.address.startswith("/account/"):
        browser.get("/about")  # the message that waits for the next page is not that page's
    body = TOKENS.sub(r"\1", DATES.sub("", body_of(got)))
    return Answer(got.status_code, tuple(got.headers.get(name) for name in HEADERS), body)


def tells_apart(browser: Browser, probe: Probe, twin: str, absent: dict[tuple[str, bool], Answer]) -> bool:
    """Whether the answer to a probe that names something hidden differs from that for its twin.

    absent: answers for what does not exist, kept between calls for one browser. They are the same for every name that never
    existed, as long as ids are compared with ids and names with names.
    """
    asked = probe.for_twin(twin)
    key = str(asked).replace(quote(twin), "·").replace(twin, "·"), bool(UUID.fullmatch(twin))
    if key not in absent:
        absent[key] = _without(answer(browser, asked), twin)
    return _without(answer(browser, probe), probe.name) != absent[key]


def _without(got: Answer, name: str) -> Answer:
    return Answer(got.status, tuple(h and h.replace(name, "·") for h in got.headers), got.body.replace(name, "·"))


def survey(browser: Browser, probes: Iterable[Probe]) -> dict[Probe, Answer]:
    return {probe: answer(browser, probe) for probe in probes}
