"""What a request is answered with, in walks over awkward input."""
from __future__ import annotations

from typing import Any

from browser import Browser
from ckan import model

REFUSED_OR_TAKEN = range(200, 500)


def status(browser: Browser, method: str, address: str, **request: Any) -> int | str:
    """The status of an answer that is none of a fault; of one that is, words that say so."""
    try:
        answer = browser.open(method, address, **request)
        answer.get_data()
        code: int = answer.status_code
    except Exception as error:  # noqa: BLE001 - in a test the application raises what it would answer with status 500
        model.Session.rollback()
        return f"{type(error).__name__}: {str(error)[:200]}"
    return code if code in REFUSED_OR_TAKEN else f"{code} {answer.get_data(as_text=True)[:80]}"
