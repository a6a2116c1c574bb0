"""RDF: parsed to the end, so that it is known to be valid. It is data without a table. Nothing is fetched for it."""
from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax import SAXException

from rdflib import Graph
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.store import Store

from ckanext.govshare.reading import encoding, xml_source
from ckanext.govshare.reading.json_source import Json
from ckanext.govshare.reading.report import Refused, Report, Source
from ckanext.govshare.reading.sink import Sink

_SYNTAXES = {"turtle": "turtle", "rdf": "xml"}
_BASE = "urn:x-govshare:file"


class _Counter(Store):
    """Takes statements and keeps none: a file's size is no measure of what its graph would need."""

    context_aware = True
    count = 0

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:
        self.count += 1


def read_rdf(source: Source, sink: Sink) -> Report:
    """Read Turtle, N-Triples or RDF/XML. Raises Refused."""
    if source.kind == "rdf":
        xml_source.refuse_entities(source)
        return _parsed(sink, "xml", data=source.path.read_bytes())
    text = source.path.read_text(encoding=encoding.detect(source, max_line=source.size + 1).codec)
    return _parsed(sink, _SYNTAXES[source.kind], data=text)


def read_json_ld(text: Json, sink: Sink) -> Report:
    """Read JSON-LD. Contexts that would have to be fetched are refused. Raises Refused."""
    with text.opened() as stream:
        try:
            document = json.loads(stream.read())
        except json.JSONDecodeError as error:
            raise Refused("json_invalid", row=error.lineno, position=error.colno, reason=error.msg) from None
    if _asks_elsewhere(document):
        raise Refused("remote_context")
    return _parsed(sink, "json-ld", data=json.dumps(document))


def _asks_elsewhere(document: Any) -> bool:
    """Whether a context is given by its address instead of by its words."""
    left = [document]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            contexts = part.get("@context")
            if "@import" in part or any(isinstance(one, str) for one in (contexts if isinstance(contexts, list) else [contexts])):
                return True
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)
    return False


def _parsed(sink: Sink, syntax: str, data: str | bytes) -> Report:
    counter = _Counter()
    with _faults(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's parser of JSON-LD uses what rdflib deprecates
        Graph(store=counter).parse(data=data, format=syntax, publicID=_BASE)
    if not counter.count:
        raise Refused("no_statements")
    sink.findings.add("no_table")
    return sink.report("rdf", syntax=syntax, statements=counter.count)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except BadSyntax as error:
        raise Refused("rdf_invalid", row=error.lines + 1, reason=str(error.message)) from None
    except RecursionError:
        raise Refused("nested_too_deep") from None
    except SAXException as error:
        line = getattr(error, "getLineNumber", lambda: None)()
        raise Refused("rdf_invalid", row=line, reason=error.getMessage()) from None
    except (ParserError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError) as error:
        raise Refused("rdf_invalid", reason=str(error)) from None
