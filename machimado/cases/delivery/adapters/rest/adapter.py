from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from machimado.cases.delivery.rules.contract import Attachment, Entry, Message, MessageRefused, NotOffered
from machimado.cases.delivery.rules.machine import Answer, Core, FieldReason, Verdict
from machimado.ground import systems
from machimado.ground.systems import Connection, OutcomeUnknown, Reply, scope

APPLICATIONS = "applications"
LONGEST_REASON = 500
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be known of a core with the REST interface; `settling_seconds` is for requests that lost their reply."""

    keyed: bool
    lookup: bool
    settling_seconds: int


class RestAdapter:
    """Speaks to a core system over its REST interface.

    Source: 共通機能標準仕様書 2.7 §2.2.5 (OAuth 2, JSON over HTTP); the resource `/applications` is configuration of
    this installation, no conformity of it is claimed. Idempotency-Key: draft-ietf-httpapi-idempotency-key-header.
    """

    def __init__(self, options: Options, connection: Connection | None = None) -> None:
        self.options = options
        self._given = connection
        self._told_no_lookup = False

    @classmethod
    def from_settings(cls) -> "RestAdapter":
        """Return the adapter for the core system of the settings."""
        return cls(Options(settings.CORE_KEYED, settings.CORE_LOOKUP, settings.CORE_SETTLING_SECONDS))

    @property
    def _connection(self) -> Connection:
        return self._given or systems.core()

    def core(self) -> Core:
        """Return what the core offers; a look-up that it once refused is not asked for again by this process."""
        lookup = self.options.lookup and not self._told_no_lookup
        settling = timedelta(seconds=self.options.settling_seconds)
        return Core(keyed=self.options.keyed, lookup=lookup, status=True, settling=settling)

    def prepare(self, message: Message) -> None:
        """Get the token before the message is on its way.

        Raises: NotReceived.
        """
        self._connection.sign_in(scope(message.system, APPLICATIONS, "write"))

    def send(self, message: Message) -> Answer:
        """Post the message once.

        Raises: MessageRefused, NotReceived, OutcomeUnknown.
        """
        headers = {"Idempotency-Key": message.key} if self.options.keyed else {}
        data = {
            "reference": message.reference,
            "system": message.system,
            "message": message.message,
            "fields": message.fields,
            **({"attachments": [_file(file) for file in message.attachments]} if message.attachments else {}),
        }
        allowed = scope(message.system, APPLICATIONS, "write")
        reply = self._connection.post("/applications", scope=allowed, data=data, headers=headers)
        if reply.status == TOO_LARGE:
            raise MessageRefused("status 413: 添付ファイルが基幹システムの受け取れる大きさを超えています")
        if not reply.is_success:
            raise MessageRefused(f"status {reply.status}")
        return _answer(reply.json())

    def ask(self, *, system: str, reference: str, core_number: str) -> Answer | None:
        """Return what the core has: by its number where we know it, else by our reference.

        Raises: NotOffered, SystemFailure.
        """
        allowed = scope(system, APPLICATIONS, "read")
        if core_number:
            reply = self._connection.get(f"/applications/{quote(core_number, safe='')}", scope=allowed)
        else:
            reply = self._connection.get("/applications", scope=allowed, params={"reference": reference})
            self._note_refusal(reply)
        return _found(reply, reference)

    def _note_refusal(self, reply: Reply) -> None:
        if reply.status in {405, 501}:
            self._told_no_lookup = True

    def ledger(self) -> Iterator[Entry]:
        """Yield every entry of the core's ledger.

        Raises: NotOffered, SystemFailure.
        """
        reply = self._connection.get("/ledger", scope=scope("000", "ledger", "read"))
        _check_offered(reply)
        yield from (_entry(item) for item in _items(reply))

    def check_config(self) -> Iterator[str]:
        """Say what is wrong with the options, a sentence each."""
        if urlsplit(settings.CORE_URL).scheme not in {"http", "https"}:
            yield "MACHIMADO_CORE は http:// か https:// で始まるアドレスにしてください。"
        if not self.options.keyed and not self.options.lookup:
            yield (
                "基幹システムに送信キーも照会もありません（MACHIMADO_CORE_KEYED=0、MACHIMADO_CORE_LOOKUP=0）。"
                "返事が届かないたびに職員の判断が要ります。"
            )
        if self.options.settling_seconds < settings.CORE_TIMEOUT_SECONDS and not self.options.keyed:
            yield (
                "MACHIMADO_CORE_SETTLING（遅れて登録されるのを待つ秒数）が MACHIMADO_CORE_TIMEOUT より短く、"
                "二重登録のおそれがあります。基幹システムの処理時間の上限より長くしてください。"
            )


def _file(file: Attachment) -> dict[str, str]:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "content": b64encode(file.content).decode("ascii"),
    }


def _check_offered(reply: Reply) -> None:
    if not reply.is_success:
        raise NotOffered(f"status {reply.status}")


def _found(reply: Reply, reference: str) -> Answer | None:
    """Return the entry that is ours. With several, the accepted one: reconciliation reports the others."""
    if reply.status == 404:
        return None
    _check_offered(reply)
    ours = [item for item in _items(reply) if item.get("reference", reference) == reference]
    answers = sorted((_answer(item) for item in ours), key=lambda answer: list(Verdict).index(answer.verdict))
    return answers[0] if answers else None


def _items(reply: Reply) -> list[dict[str, Any]]:
    """Return the entries of an answer: a list, an object with one list in it, or one entry."""
    data = reply.json()
    if isinstance(data, dict):
        lists = [value for name, value in data.items() if name in {"applications", "entries", "ledger"}]
        data = lists[0] if lists else [data]
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise _unreadable()
    return data


def _answer(data: Any) -> Answer:
    """Return the core's answer; one that cannot be read tells nothing about the effect.

    Raises: OutcomeUnknown.
    """
    try:
        reasons = tuple(_reason(item) for item in data.get("reasons") or [])
        answer = Answer(Verdict(data["state"]), str(data["core_number"])[:60], reasons)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _unreadable() from None
    if answer.core_number in {"", "None"}:
        raise _unreadable()
    return answer


def _reason(item: Any) -> FieldReason:
    return FieldReason(str(item.get("field") or "")[:200], str(item["reason"])[:LONGEST_REASON])


def _entry(data: dict[str, Any]) -> Entry:
    try:
        return Entry(
            core_number=str(data["core_number"]),
            reference=str(data.get("reference") or ""),
            system=str(data.get("system") or ""),
            state=str(data.get("state") or ""),
            fields=None if data.get("fields") is None else dict(data["fields"]),
            received_at=str(data.get("received_at") or ""),
        )
    except (KeyError, TypeError, ValueError):
        raise _unreadable() from None


def _unreadable() -> OutcomeUnknown:
    return OutcomeUnknown(
        "基幹システムの応答を読めません。情報システムの担当に連絡してください。", cause="unreadable answer"
    )
