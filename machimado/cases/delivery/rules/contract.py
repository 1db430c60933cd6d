"""What delivery asks of an adapter, and the ways in which an adapter may fail.

Besides what stands here an adapter raises what `ground.systems` raises: NotReceived where sending again is surely safe,
OutcomeUnknown where it is not known. Anything else that it raises counts as unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from machimado.cases.delivery.rules.machine import Answer, Core


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; `content` is read when the message is about to leave, `sha256` is hexadecimal."""

    file_id: str
    name: str = field(repr=False)
    media_type: str
    sha256: str
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What is to reach the core: our reference and key in each message."""

    reference: str
    key: str
    system: str
    message: str
    fields: Mapping[str, Any] = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the core's ledger."""

    core_number: str
    reference: str
    system: str
    state: str
    fields: Mapping[str, Any] | None = field(repr=False)  # None where the ledger does not show contents
    received_at: str = ""


class MessageRefused(Exception):
    """The core surely did not take the message and never will as it is; `cause` is a technical word."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "基幹システムが電文の形式を受け付けませんでした。情報システムの担当に連絡してください。"
        )
        self.cause = cause


class NotOffered(Exception):
    """The core system does not offer what was asked of it."""


class Adapter(Protocol):
    """A way into a core system. One object per process, used by several threads."""

    def core(self) -> Core:
        """Return what the core offers, as far as is known by now."""

    def send(self, message: Message) -> Answer:
        """Send once, never twice by itself.

        Raises: MessageRefused, NotReceived, OutcomeUnknown.
        """

    def prepare(self, message: Message) -> None:
        """Do all that takes time before the first byte of the message leaves, such as getting a token.

        Raises: NotReceived.
        """

    def ask(self, *, system: str, reference: str, core_number: str) -> Answer | None:
        """Return what the core has under our reference, or None.

        Raises: NotOffered, SystemFailure.
        """

    def ledger(self) -> Iterator[Entry]:
        """Yield every entry that the core has of ours.

        Raises: NotOffered, SystemFailure.
        """

    def check_config(self) -> Iterator[str]:
        """Say what is wrong with the options, a sentence each."""
