"""The application's form as a browser sends it: fields to JSON, an answer to each extra question, files beside it."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

TEXTS = ("purpose", "scene", "period_start", "period_end", "security_measures", "applicant_kind", "applicant_name", "uscc",
         "contact_name", "contact_phone", "contact_email")
# Who applies and how to reach them: the same in the next application of the same person.
IDENTITY = ("applicant_kind", "applicant_name", "uscc", "contact_name", "contact_phone", "contact_email")
NATURAL_PERSON = "natural_person"


def read(sent: MultiDict[str, str], questions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of an application. What is not filled in is an empty text; questions without an answer are left out."""
    form: dict[str, Any] = {name: _text(sent.get(name, "")) for name in TEXTS}
    if form["applicant_kind"] == NATURAL_PERSON:
        # The field is folded away for natural persons; what stood there before is not meant.
        form["uscc"] = ""
    return form | {"answers": dict(_answers(sent, questions))}


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def _answers(sent: MultiDict[str, str], questions: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Any]]:
    for question in questions:
        given = [text for text in map(_text, sent.getlist(f"answers.{question['id']}")) if text]
        if given:
            yield question["id"], _READERS.get(question["type"], _first)(given)


def _first(given: list[str]) -> Any:
    return given[0]


def _number(given: list[str]) -> Any:
    """A number; what is none stays text, which the rules then refuse beside its field."""
    for kind in (int, float):
        try:
            return kind(given[0])
        except ValueError:
            continue
    return given[0]


def _yes_no(given: list[str]) -> Any:
    return {"true": True, "false": False}.get(given[0], given[0])


_READERS: Mapping[str, Callable[[list[str]], Any]] = {"number": _number, "yes_no": _yes_no, "choices": list}


def uploads(files: MultiDict[str, FileStorage]) -> list[FileStorage]:
    """The files that were chosen; a field without one sends an empty name."""
    return [file for file in files.getlist("attachments") if file.filename]
