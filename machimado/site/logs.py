"""How lines are written to the log: one line each, and of an exception only where and what kind it was."""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

type_of_failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Writes no personal data and no line that somebody else made up."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the line with everything invisible spelled out: a text with a line break makes no second entry."""
        line = super().formatMessage(record)
        return "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
        )

    def formatException(self, ei: type_of_failure) -> str:  # noqa: N802 - the name is logging's
        """Return where it happened and which exceptions they were.

        Their messages stay out: a store quotes the row that it refused, a parser the text that it could not read.
        """
        return "\n".join(_told(ei[1])) if ei[1] else ""


def _told(failure: BaseException) -> Iterator[str]:
    before = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    if before is not None:
        yield from _told(before)
    yield from (line.rstrip() for line in traceback.format_tb(failure.__traceback__))
    yield f"{type(failure).__module__}.{type(failure).__qualname__}"
