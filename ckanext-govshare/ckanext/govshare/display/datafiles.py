"""Words for a data file's way through the portal: its state, how far its reading is, what was found about its form."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.lib import uploader

from ckanext.govshare.domain.findings import TYPES
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.wording import translate

UNFINISHED = ("waiting", "reading")

STATES: Mapping[str, Message] = {
    "waiting": Message("Waiting to be read"), "reading": Message("Being read"), "verified": Message("Verified"),
    "refused": Message("To be mended"), "current": Message("Published"), "superseded": Message("Former version"),
    "dropped": Message("Removed"),
}
STEPS: Mapping[str, Message] = {
    "waiting": Message("Waiting for its turn"), "fetching": Message("Fetching the file from its address"),
    "reading": Message("Reading the file"), "loading": Message("Loading the table"),
    "comparing": Message("Comparing with the published file"),
    "postponed": Message("The portal cannot read it just now, and tries again by itself"),
}
SEVERITIES: Mapping[str, Message] = {
    "error": Message("Error"), "warning": Message("Warning"), "note": Message("Note"),
}
DELIMITERS: Mapping[str, Message] = {
    ",": Message("Comma"), ";": Message("Semicolon"), "\t": Message("Tabulator"), "|": Message("Vertical bar"),
    "，": Message("Chinese comma"),
}
# What a reader says about the form of a file, in the order in which people ask.
READING: Mapping[str, Message] = {
    "sheet": Message("Sheet"), "encoding": Message("Encoding"), "delimiter": Message("Delimiter"),
    "header_row": Message("Header row"),
}


def progress_of(file: Mapping[str, Any]) -> dict[str, Any]:
    """How far the reading is: `finished`, `step` in words, `done` of `total` (None while nobody knows), `attempts`."""
    progress = file.get("progress") or {}
    step = progress.get("step") or ("reading" if file["state"] == "reading" else "waiting")
    done, total = progress.get("done") or 0, progress.get("total") or 0
    known = file["state"] == "reading" and total > 0
    return {
        "finished": file["state"] not in UNFINISHED,
        "step": translate(STEPS.get(step, STEPS["reading"])),
        "done": min(done, total) if known else None, "total": total if known else None,
    }


def gs_file_state(state: str) -> str:
    """The name of a state of a data file."""
    return translate(STATES[state]) if state in STATES else state


def gs_severity(severity: str) -> str:
    """How bad a finding is, in one word."""
    return translate(SEVERITIES[severity]) if severity in SEVERITIES else severity


def gs_column_type(kind: str) -> str:
    """What a column holds, in words."""
    return translate(TYPES[kind]) if kind in TYPES else kind


def gs_reading(reading: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was recognised about a file's form, as pairs of a name and a value; what the reader did not say is left out."""
    shown = []
    for key, name in READING.items():
        value = reading.get(key)
        if value not in (None, ""):
            text = translate(DELIMITERS[value]) if key == "delimiter" and value in DELIMITERS else str(value)
            shown.append((translate(name), text))
    return shown


def gs_upload_limit() -> int:
    """The largest file that may be uploaded, in bytes."""
    return int(uploader.get_max_resource_size()) << 20
