"""Sends a PDF to a printer of this machine: a queue of CUPS."""

import re
import shutil
import subprocess
from dataclasses import dataclass

SECONDS = 15
# What CUPS takes as a queue's name; nothing else ever reaches a command line.
_QUEUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,126}", re.ASCII)


class PrinterAway(Exception):
    """The printer did not take it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be printed: a PDF, how often, and under which title the queue shows it (it must name nobody)."""

    pdf: bytes
    title: str
    copies: int = 1


def is_queue(name: str) -> bool:
    """Return whether CUPS takes this as the name of a queue."""
    return _QUEUE.fullmatch(name) is not None


def send(job: Job, *, queue: str) -> None:
    """Give the job to the queue; return when CUPS has it.

    Raises: PrinterAway.
    """
    program = shutil.which("lp")
    if program is None:
        raise PrinterAway("この機械に印刷の仕組み（CUPS）がありません。情報政策課に連絡してください。")
    if not is_queue(queue):
        raise PrinterAway("プリンターの名前が正しくありません。「端末」の画面で直してください。")
    command = [program, "-d", queue, "-n", str(job.copies), "-t", job.title, "-"]
    try:
        subprocess.run(command, input=job.pdf, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - our own words and a checked name
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as failure:
        raise PrinterAway(
            "プリンターが受け付けませんでした。電源・用紙・接続を確かめて、もう一度印刷してください。"
        ) from failure
