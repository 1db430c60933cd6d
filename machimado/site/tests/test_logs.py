"""The log names nobody, and nobody else writes its lines."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from machimado.site.logs import QuietFormatter


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return what the logger `city` writes through the formatter that the settings name."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging_of: Any = settings.LOGGING
    described = logging_of["formatters"]["line"]
    assert described["class"] == f"{QuietFormatter.__module__}.{QuietFormatter.__qualname__}"
    handler.setFormatter(QuietFormatter(described["format"]))
    log = logging.getLogger("city")
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)


def test_an_exception_is_told_without_what_it_quotes(written: io.StringIO) -> None:
    name = "佐藤　健太"
    try:
        try:
            int(name)
        except ValueError as error:
            raise RuntimeError(f"DETAIL: Key (name)=({name}) already exists.") from error
    except RuntimeError:
        logging.getLogger("city").exception("page failed: /counter/")
    text = written.getvalue()
    assert name not in text
    assert "builtins.ValueError" in text
    assert "builtins.RuntimeError\n" in text
    assert "test_an_exception_is_told" in text


@pytest.mark.parametrize(
    "made_up", ["a\n2026-01-01 INFO city 偽", "a\r\nb", "a\x1b[31mb", "a\u2028b\u202ec\0"]
)
def test_no_text_begins_a_line_or_moves_the_terminal(written: io.StringIO, made_up: str) -> None:
    logging.getLogger("city").warning("Not Found: %s", made_up)
    (line,) = written.getvalue().rstrip("\n").splitlines()
    assert line.isprintable()
