import csv
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from machimado.cases.delivery.adapters.csv_drop.options import Column, Options, read_options
from machimado.cases.delivery.rules.contract import Attachment, Entry, Message, MessageRefused, NotOffered
from machimado.cases.delivery.rules.machine import Answer, Core, FieldReason, Verdict
from machimado.ground.systems import OutcomeUnknown, Unreachable

NEWLINES = {"crlf": "\r\n", "lf": "\n"}
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/svg+xml": ".svg",
}
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class CsvDropAdapter:
    """Puts a file for each submission to a set place and reads acknowledgements back.

    Source: 共通機能標準仕様書 2.7 §2.2.2 names the mode; everything else is configuration (see README).
    """

    def __init__(self, options: Options) -> None:
        self.options = options

    @classmethod
    def from_settings(cls) -> "CsvDropAdapter":
        """Return the adapter with the options of the settings.

        Raises: ImproperlyConfigured.
        """
        return cls(read_options(Path(settings.CORE_CSV)))

    def core(self) -> Core:
        """Return what this mode offers: the note of what was sent works as a key and as a look-up."""
        return Core(keyed=True, lookup=True, status=True, settling=timedelta(0))

    def prepare(self, message: Message) -> None:  # noqa: ARG002 - the place is the same for all
        """Refuse early where the place is not there: a mount that is missing is an outage, not a loss.

        Raises: NotReceived.
        """
        for folder in (self.options.out_folder, self.options.sent_folder, self.options.ack_folder):
            if not folder.is_dir():
                raise Unreachable(
                    "連携フォルダーにつながりません。情報システムの担当に連絡してください。",
                    cause="no folder",
                )

    def send(self, message: Message) -> Answer:
        """Put the file, once however often this is called.

        Raises: MessageRefused, OutcomeUnknown.
        """
        name, content = self._name(message.reference, message.system), self._content(message)
        try:
            if not self._note(name).exists():
                for file_name, file in self._files(name, message):
                    _write(self._part(file_name), file.content)
                _write(self._part(name), content)
                _write(self._note(name), b"")
            self._finish(name)
        except OSError as error:
            raise OutcomeUnknown(
                "連携フォルダーに書けませんでした。自動で確かめます。", cause=type(error).__name__
            ) from error
        return Answer(Verdict.PENDING, f"file:{name}")

    def ask(self, *, system: str, reference: str, core_number: str) -> Answer | None:
        """Return the acknowledgement, or that the file was put; None where it never was.

        Raises: SystemFailure.
        """
        name = self._name(reference, system)
        try:
            if answer := self._acknowledged(reference):
                return answer
            if not self._note(name).exists():
                return None
            self._finish(name)
        except (OSError, UnicodeError) as error:
            raise Unreachable("連携フォルダーを読めません。", cause=type(error).__name__) from error
        return Answer(Verdict.PENDING, core_number or f"file:{name}")

    def ledger(self) -> Iterator[Entry]:
        """Say that there is none.

        Raises: NotOffered.
        """
        raise NotOffered("CSV連携には台帳がありません。担当課に一覧の提供を依頼してください。")

    def check_config(self) -> Iterator[str]:
        """Say what is wrong with the options, a sentence each."""
        for folder in (self.options.out_folder, self.options.sent_folder):
            if not folder.is_dir() or not os.access(folder, os.W_OK):
                yield f"連携フォルダー {folder} がないか、書き込めません。"
        if not self.options.ack_folder.is_dir():
            yield f"受領ファイルのフォルダー {self.options.ack_folder} がありません。"
        for encoding in (self.options.encoding, self.options.acknowledgement.encoding):
            try:
                "".encode(encoding)
            except LookupError:
                yield f"文字コード {encoding} は使えません。utf-8・utf-16・cp932 などを指定してください。"

    # --- the file ----------------------------------------------------------------------------------------------------

    def _name(self, reference: str, system: str) -> str:
        """Return the file's name; it comes from our own reference and must stay inside the folder.

        Raises: MessageRefused.
        """
        name = self.options.file_name.format(reference=reference, system=system)
        if not SAFE_NAME.fullmatch(name):
            raise MessageRefused("file name")
        return name

    def _content(self, message: Message) -> bytes:
        """Return the file's bytes.

        Raises: MessageRefused where a column is not agreed upon, or a character does not fit into the encoding.
        """
        columns = self.options.messages.get(message.message)
        if columns is None:
            raise MessageRefused(f"no columns for {message.message}")
        text = io.StringIO()
        newline = NEWLINES[self.options.newline]
        if self.options.quoting == "all":
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=newline)
        else:
            writer = csv.writer(text, lineterminator=newline)
        if self.options.header:
            writer.writerow([column.name for column in columns])
        writer.writerow([self._fitting(column, message) for column in columns])
        return text.getvalue().encode(self.options.encoding)

    def _fitting(self, column: Column, message: Message) -> str:
        value = self._list(message) if column.source == "$attachments" else _value(column.source, message)
        try:
            value.encode(self.options.encoding)
        except UnicodeEncodeError:
            raise MessageRefused(
                f"{column.name}: a character that {self.options.encoding} cannot hold"
            ) from None
        return value

    def _list(self, message: Message) -> str:
        """Return the cell that tells which files lie beside, under which names."""
        files = self._files(self._name(message.reference, message.system), message)
        told = [
            {"file": name, "name": file.name, "media_type": file.media_type, "sha256": file.sha256}
            for name, file in files
        ]
        return json.dumps(told, ensure_ascii=False) if told else ""

    def _part(self, name: str) -> Path:
        return self.options.out_folder / f".{name}.part"

    def _note(self, name: str) -> Path:
        return self.options.sent_folder / f"{name}.sent"

    def _finish(self, name: str) -> None:
        """Bring the file to its place, after those that go with it; where that was done already nothing is renamed.

        The note is written before, so that whoever dies in between is finished by the next.
        """
        for part in sorted(self.options.out_folder.glob(f".{name}.*.part")):
            self._rename(part.name.removeprefix(".").removesuffix(".part"))
        self._rename(name)

    def _rename(self, name: str) -> None:
        try:
            self._part(name).rename(self.options.out_folder / name)
        except FileNotFoundError:
            return
        _sync(self.options.out_folder)

    @staticmethod
    def _files(name: str, message: Message) -> Iterator[tuple[str, Attachment]]:
        """Yield each attachment with the name of its file, made of ours: what a resident called it is not trusted."""
        for number, file in enumerate(message.attachments, start=1):
            yield f"{name}.{number:02}{ENDINGS.get(file.media_type, '.bin')}", file

    # --- the acknowledgement -----------------------------------------------------------------------------------------

    def _acknowledged(self, reference: str) -> Answer | None:
        """Return what the acknowledgements say of our reference; with several, the last file counts."""
        known = self.options.acknowledgement
        for path in sorted(self.options.ack_folder.glob(known.glob), reverse=True):
            with path.open(encoding=known.encoding, newline="") as file:
                ours = [row for row in csv.DictReader(file) if row.get(known.reference) == reference]
            if ours:
                return self._answer(ours)
        return None

    def _answer(self, rows: list[dict[str, str]]) -> Answer:
        """Return the answer of our lines in an acknowledgement.

        Raises: SystemFailure where it cannot be read.
        """
        known, first = self.options.acknowledgement, rows[0]
        verdict, number = (
            known.codes.get(first.get(known.code) or ""),
            (first.get(known.core_number) or "").strip(),
        )
        if verdict is None or not number:
            raise Unreachable(
                "受領ファイルを読めません。情報システムの担当に連絡してください。", cause="acknowledgement"
            )
        reasons = [FieldReason(row.get(known.field) or "", row.get(known.reason) or "") for row in rows]
        told = tuple(reason for reason in reasons if reason.reason) if verdict == "rejected" else ()
        return Answer(Verdict(verdict), number[:60], told)


def _value(source: str, message: Message) -> str:
    """Return a cell: a scalar as text, yes and no as 1 and 0, a group as JSON, nothing as an empty cell."""
    if source in {"$reference", "$key"}:
        return message.reference if source == "$reference" else message.key
    found: Any = message.fields
    for part in source.split("."):
        found = _step(found, part)
    if found is None:
        return ""
    if isinstance(found, bool):
        return str(int(found))
    return json.dumps(found, ensure_ascii=False) if isinstance(found, dict | list) else str(found)


def _step(found: Any, part: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(part)
    if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
        return found[int(part)]
    return None


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it survives a power cut."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
