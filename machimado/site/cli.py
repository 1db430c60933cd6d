"""The command `machimado`. Each room that has commands registers its own; Django is set up only where it is needed."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machimado.site import bench, checkup, launcher, tls, upkeep
from machimado.site.environment import SettingRefused

EPILOG = """
まず試すには:  machimado demo
使い方を見る:  machimado 命令 --help
運用に入る:    migrate → register import → check → serve と worker を起動

まちのフォルダーとデータの置き場は、どの命令でも --city と --data で変えられます。
ポートは --port です。複数のまちを並べて動かせます。設定の一覧は docs/it-officers.md にあります。
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machimado.site.settings")
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["core"]:
        launcher.become_core(words[1:])
    if words[:1] == ["card-agent"]:
        launcher.become_card_agent(words[1:])
    arguments = _parser().parse_args(words)
    _to_environment(arguments)
    try:
        status: int | None = arguments.run(arguments)
    except SettingRefused as refusal:
        print(f"設定を確かめてください: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not upkeep.is_for_lack_of_tables(error):
            raise
        print(f"データベースがまだ用意されていません（{_place()}）。{_PREPARE}", file=sys.stderr)
        return 1
    return status or 0


_PREPARE = "`--data` の場所を確かめ、初めてのときや版を上げたときは `machimado migrate` を実行してください。"


def _place() -> str:
    from django.conf import settings

    return str(settings.DATA_FOLDER)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="machimado",
        description="まち窓: 市役所の窓口と対話のための公開ソフトウェア",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)
    for add in (
        launcher.add_parsers,
        upkeep.add_parser,
        checkup.add_parser,
        tls.add_parser,
        bench.add_parser,
        *_rooms(),
    ):
        add(commands)
    _add_places_below(parser)
    _describe(parser)
    return parser


def _describe(parser: argparse.ArgumentParser) -> None:
    """Give each command's own help the words by which it stands in the list of commands, and argparse's own words in Japanese."""
    parser._positionals.title, parser._optionals.title = "引数", "指定できるもの"  # noqa: SLF001 - the same
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to its commands
        if isinstance(action, argparse._HelpAction):  # noqa: SLF001 - the same
            action.help = "この説明を表示する"
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            told = {choice.dest: choice.help for choice in action._get_subactions()}  # noqa: SLF001 - the same
            for name, command in action.choices.items():
                command.description = command.description or told.get(name)
                _describe(command)


def _rooms() -> list[launcher.type_of_adder]:
    """Return what adds each room's commands; none of these modules imports models at its top."""
    from machimado.cases.authoring import commands as authoring
    from machimado.cases.delivery import commands as delivery
    from machimado.cases.procedures import commands as procedures
    from machimado.cases.register import commands as register
    from machimado.cases.terminals import commands as terminals
    from machimado.ground.journal import commands as journal

    def add_procedures(commands: Any) -> None:
        authoring.add_commands(procedures.add_parser(commands))

    return [
        add_procedures,
        register.add_parser,
        terminals.add_parser,
        delivery.add_parser,
        journal.add_parser,
    ]


def _add_places_below(parser: argparse.ArgumentParser) -> None:
    """Give every command, and every command of a command, the options that say where the city is."""
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for command in action.choices.values():
                _add_places(command)
                _add_places_below(command)


def _add_places(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that say where the city and its data are."""
    places = parser.add_argument_group("場所")
    places.add_argument(
        "--city",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="フォルダー",
        help="まちのフォルダー（既定: cities/yukimi）",
    )
    places.add_argument(
        "--data",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="フォルダー",
        help="データの置き場（既定: var/まちの名前）",
    )


def _to_environment(arguments: argparse.Namespace) -> None:
    """Hand the places to the settings, here and in the processes that we start."""
    for option in ("city", "data"):
        given: Path | None = getattr(arguments, option, None)
        if given is not None:
            os.environ[f"MACHIMADO_{option.upper()}"] = str(given.resolve())


if __name__ == "__main__":
    sys.exit(main())
