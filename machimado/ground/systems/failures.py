"""What can go wrong with another system, told apart by what matters: can it have been received.

Messages are for officers. They never hold what was sent, what came back, or the address that was asked for,
because an address may hold a resident's number.
"""


class SystemFailure(Exception):
    """Another system did not do what it was asked; the message says in Japanese what to do next.

    `cause` is a short technical word for the log (such as ReadTimeout, or a status), free of personal data.
    """

    def __init__(self, sentence: str, *, cause: str) -> None:
        super().__init__(sentence)
        self.cause = cause


class NotReceived(SystemFailure):
    """The request surely had no effect: sending it again cannot make a second entry."""


class Unreachable(NotReceived):
    """No connection came about."""


class AccessDenied(NotReceived):
    """The system does not accept our credentials or our scope; nothing will get better by itself."""


class Busy(NotReceived):
    """The system says that it takes nothing now; `retry_after_seconds` is its own wish, where it has one."""

    def __init__(self, sentence: str, *, cause: str, retry_after_seconds: int | None = None) -> None:
        super().__init__(sentence, cause=cause)
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknown(SystemFailure):
    """The request went out and no usable answer came back: it may or may not have had its effect."""


class ConnectionLost(OutcomeUnknown):
    """The connection ended after sending; what is safe to repeat may be asked again at once."""
