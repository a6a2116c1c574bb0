"""What a stranger sent begins no line of the log."""
from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from ckanext.govshare.security import log_lines

FORGED = "\n2026-01-01 00:00:00 INFO  [ckan] all is well"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a plain handler wrote."""
    before, stream = logging.getLogRecordFactory(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("test_log_lines")
    logger.addHandler(handler)
    log_lines.install()
    yield stream
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize("char", ["\n", "\r", "\v", "\x1b", "\0", "\x85", "\u2028", "\u202e", "\ud800", "\x7f", "\x9b"])
def test_an_event_is_one_line_of_characters_that_show(written: io.StringIO, char: str) -> None:
    logging.getLogger("test_log_lines").warning("404 %s", f"/a{char}b")
    text = written.getvalue()
    assert char not in text.removesuffix("\n")
    assert len(text.splitlines()) == 1


def test_chinese_stays_readable(written: io.StringIO) -> None:
    logging.getLogger("test_log_lines").warning("部门 %s", "生态环境局 a\tb")
    assert written.getvalue() == "WARNING 部门 生态环境局 a\\tb\n"


def test_no_line_of_a_traceback_looks_like_an_event(written: io.StringIO) -> None:
    try:
        raise ValueError(f"no such thing: x{FORGED}\x1b[2J")
    except ValueError as error:
        logging.getLogger("test_log_lines").exception(error)  # noqa: TRY401 - as CKAN logs it
    first, *rest = written.getvalue().splitlines()
    assert first.startswith("ERROR ")
    assert "all is well" in first
    assert rest
    assert rest
    assert all(line.startswith(log_lines.MARGIN) for line in rest)
    assert "\x1b" not in written.getvalue()
