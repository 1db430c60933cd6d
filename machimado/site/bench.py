"""`machimado bench …`: measures us and a peer in one run; the programs are in benchmarks/."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

NAMES = ("journey", "rules", "pdf", "search", "bundle")


def add_parser(commands: Any) -> None:
    """Add `bench`."""
    parser = commands.add_parser("bench", help="性能を、比べる相手と同じ回で測る")
    parser.add_argument("name", choices=NAMES, help="何を測るか")
    parser.add_argument("--json", action="store_true", help="JSON だけを出す")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="それぞれの引数（--help で一覧）")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run one benchmark."""
    root = Path(__file__).resolve().parents[2]
    sys.path.insert(0, str(root))
    program = importlib.import_module(f"benchmarks.{arguments.name}")
    status: int | None = program.main([*(["--json"] if arguments.json else []), *arguments.rest])
    return status or 0
