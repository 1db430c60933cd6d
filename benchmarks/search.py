"""How long an officer waits for a search, over 115,000 residents and over 1,000,000, beside two peers in the same run.

The residents are the sample city's, imported over HTTP from a reference core system that is started for this; the
million is the same people again under other ids and numbers. Both peers search the very same store: `LIKE '%…%'` as
many systems do, and SQLite's FTS5 with trigrams. Peers only find row numbers; ours also reads the people, their
households and their marks. Everything lives in a temporary folder, or in --folder, which may be used again.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, answers, free_port, started, wait

SEED = 20261001
CITY_PEOPLE, MILLION = 115_000, 1_000_000
type_of_queries = list[tuple[str, str]]  # the kind and the text


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as text or as one JSON object. Times are wall clock milliseconds."""
    parser = argparse.ArgumentParser(prog="bench search", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--searches", type=int, default=400, help="searches of ours at each size")
    parser.add_argument("--peer-searches", type=int, default=45, help="searches of each peer at each size")
    parser.add_argument("--people", type=int, default=CITY_PEOPLE, help="residents to import")
    parser.add_argument(
        "--large", type=int, default=MILLION, help="residents of the second size (0: leave it out)"
    )
    parser.add_argument("--folder", type=Path, help="keep the stores here")
    arguments = parser.parse_args(argv)
    with _folder(arguments.folder) as folder:
        figures = measure(arguments, folder)
    print(json.dumps(figures, ensure_ascii=False) if arguments.json else _table(figures))
    return 0


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return the figures of both sizes and of the import."""
    figures: dict[str, Any] = {}
    with _core(folder, arguments.people) as address:
        _set_up(folder, address)
        figures["import"] = _import()
    figures |= _of_size(arguments, "115000")
    figures["p95_ms"] = figures["p95_ms_115000"]  # the one to quote: that of a city
    if arguments.large > arguments.people:
        _multiply(arguments.large)
        figures |= _of_size(arguments, "1000000")
    return figures


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="machimado-bench-") as made:
        yield Path(made)


@contextmanager
def _core(folder: Path, people: int) -> Iterator[str]:
    """Run a reference core system with so many residents."""
    port, log = free_port(), folder / "core.log"
    places = ["--data", str(folder / "core"), "--city", str(ROOT / "cities" / "yukimi"), "--port", str(port)]
    command = [sys.executable, "-m", "samplecore", *places, "--people", str(people)]
    with started(command, log) as process:
        wait(process, log, lambda: answers(f"http://127.0.0.1:{port}/health"))
        yield f"http://127.0.0.1:{port}"


def _set_up(folder: Path, address: str) -> None:
    """Make an empty store with our settings; nothing of the installation's own is touched."""
    os.environ |= {"MACHIMADO_DATA": str(folder / "data"), "MACHIMADO_CORE": address}
    os.environ.pop("MACHIMADO_DATABASE", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machimado.site.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _import() -> dict[str, float]:
    """Import twice: into an empty index, and once more with nothing new."""
    from machimado.cases.register import actions
    from machimado.ground import systems

    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        run = actions.import_all()
        seconds.append(time.perf_counter() - start)
    systems.disconnect()
    first, again = (round(each, 1) for each in seconds)
    return {"people": run.read_count, "seconds": first, "again_seconds": again}


def _multiply(people: int) -> None:
    """Repeat everybody under other ids and numbers until there are so many."""
    from machimado.cases.register.models import Resident, SearchEntry

    times = -(-people // Resident.objects.count())
    indexes = _without_indexes()
    last = [
        _rows(f"SELECT max(rowid) FROM {_table_of(model)}", [])[0][0] for model in (Resident, SearchEntry)
    ]
    for number in range(1, times):
        _copy(Resident, ("id", "resident_number", "household_number"), last[0], mark=f"{number:03x}")
        _copy(SearchEntry, ("resident_id",), last[1], mark=f"{number:03x}")
    for statement in [*indexes, "ANALYZE"]:
        _rows(statement, [])


def _copy(model: Any, changed: Sequence[str], last: int, *, mark: str) -> None:
    """Copy the rows up to the last original; ids and numbers lose their beginning and end with a mark."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's documented name
    names = [field.attname for field in fields if field.get_internal_type() != "BigAutoField"]
    copies = [f"substr({name}, 4) || '{mark}'" if name in changed else name for name in names]
    table = _table_of(model)
    statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(copies)} FROM {table}"
    _rows(f"{statement} WHERE rowid <= {last}", [])


def _table_of(model: Any) -> str:
    return str(model._meta.db_table)  # noqa: SLF001 - Django's documented name


def _without_indexes() -> list[str]:
    """Drop the indexes that are not constraints; return what makes them again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('register_resident', 'register_searchentry') AND sql NOT LIKE '%%UNIQUE%%'"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _of_size(arguments: argparse.Namespace, size: str) -> dict[str, Any]:
    """Measure ours and the peers over the store as it is now."""
    from machimado.cases.register import actions, queries
    from machimado.cases.register.models import Resident

    mix = _mix(arguments.searches)
    ours = _times(queries.search, mix)
    journalled = _times(lambda text: actions.search_as_system(text=text), mix[: len(mix) // 4])
    like = _times(_like, mix[: arguments.peer_searches])
    _make_trigrams()
    trigram = _times(_trigram, mix[: arguments.peer_searches])
    p95 = _p95(_all(ours))
    return {
        f"people_{size}": Resident.objects.count(),
        f"p50_ms_{size}": round(statistics.median(_all(ours)), 1),
        f"p95_ms_{size}": round(p95, 1),
        f"max_ms_{size}": round(max(_all(ours)), 1),
        f"p95_ms_by_kind_{size}": {kind: round(_p95(times), 1) for kind, times in sorted(ours.items())},
        f"with_journal_p95_ms_{size}": round(_p95(_all(journalled)), 1),
        f"peer_like_p95_ms_{size}": round(_p95(_all(like)), 1),
        f"peer_trigram_p95_ms_{size}": round(_p95(_all(trigram)), 1),
        f"like_ratio_{size}": round(_p95(_all(like)) / p95, 1),
        f"trigram_ratio_{size}": round(_p95(_all(trigram)) / p95, 1),
    }


def _mix(count: int) -> type_of_queries:
    """Draw what officers type, of nine kinds alike, from people who are there; the same at each run."""
    from machimado.cases.register.models import Resident

    dice = random.Random(SEED)
    people = list(
        Resident.objects.filter(status="resident", shielded=False).order_by("resident_number")[:20_000]
    )
    kinds: list[tuple[str, Callable[[Any], str]]] = [
        ("one character", lambda who: who.name_kana[0]),
        ("common surname", lambda _: dice.choice(["さとう", "佐藤", "鈴木", "高橋", "たかはし", "渡辺"])),
        ("surname and given name", lambda who: who.name_kana),
        ("kanji", lambda who: who.name_text.replace("　", "")),
        ("given name", lambda who: who.name_kana.split()[-1]),
        ("date of birth", lambda who: who.birth_date.replace("-XX", "")),
        ("surname and year", lambda who: f"{who.name_kana.split()[0]} {who.birth_date[:4]}"),
        ("address", lambda who: who.address.partition("市")[2][: dice.randint(2, 8)]),
        (
            "surname and address",
            lambda who: f"{who.name_text.split()[0]} {who.address.partition('市')[2][:4]}",
        ),
        ("nobody", lambda _: dice.choice(["ぬりかべ", "鬼太郎", "いったん もめん", "ンゴ", "0001-01-01"])),
    ]
    return [(kind, make(dice.choice(people))) for kind, make in (kinds * (count // len(kinds) + 1))[:count]]


def _times(search: Callable[[str], object], mix: type_of_queries) -> dict[str, list[float]]:
    for _, text in mix[:20]:
        search(text)
    times = defaultdict(list)
    for kind, text in mix:
        start = time.perf_counter()
        search(text)
        times[kind].append((time.perf_counter() - start) * 1000)
    return times


def _like(text: str) -> object:
    """Search as a plain table is searched: each word anywhere in any column."""
    columns = ("name_text", "name_kana", "alias_text", "latin_name", "birth_date", "address")
    words = text.split()
    condition = " AND ".join(
        ["(" + " OR ".join(f"{column} LIKE %s" for column in columns) + ")"] * len(words)
    )
    values = [f"%{word}%" for word in words for _ in columns]
    return _rows(f"SELECT id FROM register_resident WHERE {condition} ORDER BY name_kana LIMIT 31", values)


def _make_trigrams() -> None:
    """Fill a full-text table of three-character pieces over the same people."""
    _rows("DROP TABLE IF EXISTS peer_trigrams", [])
    _rows("CREATE VIRTUAL TABLE peer_trigrams USING fts5(name, kana, birth, address, tokenize='trigram')", [])
    _rows(
        "INSERT INTO peer_trigrams SELECT name_text, name_kana, birth_date, address FROM register_resident",
        [],
    )


def _trigram(text: str) -> object:
    """Search by trigrams; words under three characters, which it cannot look up, by LIKE over the same table."""
    words = text.split()
    long = [word for word in words if len(word) >= 3]
    short = [word for word in words if len(word) < 3]
    conditions = ["peer_trigrams MATCH %s"] if long else []
    conditions += ["(name LIKE %s OR kana LIKE %s OR address LIKE %s)"] * len(short)
    values = [" AND ".join(f'"{word}"' for word in long)] if long else []
    values += [f"%{word}%" for word in short for _ in range(3)]
    return _rows(
        f"SELECT rowid FROM peer_trigrams WHERE {' AND '.join(conditions)} ORDER BY kana LIMIT 31", values
    )


def _rows(statement: str, values: Sequence[str]) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _all(times: dict[str, list[float]]) -> list[float]:
    return [each for kind in times.values() for each in kind]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]


def _table(figures: dict[str, Any]) -> str:
    return "\n".join(f"{name:32} {value}" for name, value in figures.items())


if __name__ == "__main__":
    sys.exit(main())
