"""How long a form on paper takes: ours, and beside it a new Typst compiler for each form, in the same run.

The form is the 児童手当 認定請求 with the answers of its definition's first test; the name differs each time, so that
nothing is answered from a cache. `cpu_ms` is processor time per form, which a busy machine distorts less.
`cold_ms` is the first form of a new process: fonts, coverage, template and all.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).resolve().parents[1]
CITY = HERE / "cities" / "yukimi"
PROCEDURE = "child-allowance-claim"
_COLD = "import benchmarks.pdf as b; print(b.first_ms())"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as text or as one JSON object. Times are wall clock milliseconds."""
    parser = argparse.ArgumentParser(prog="bench pdf", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--forms", type=int, default=60, help="forms to typeset after warming up")
    arguments = parser.parse_args(argv)
    figures = measure(arguments.forms)
    print(json.dumps(figures) if arguments.json else _table(figures))
    return 0


def measure(forms: int) -> dict[str, float]:
    """Return p50, p95 and cold of ours and of the peer, and how many times faster ours is."""
    inputs = _inputs()
    write = _writer(inputs)
    ours = _times(write, forms)
    cpu = time.process_time()
    for number in range(forms):
        write(1000 + number)
    cpu = (time.process_time() - cpu) * 1000 / forms
    peer = _times(_new_compiler_each(inputs), max(5, forms // 6))
    figures = {
        "p50_ms": statistics.median(ours),
        "p95_ms": statistics.quantiles(ours, n=20)[18],
        "cpu_ms": cpu,
        "cold_ms": _cold_ms(),
        "peer_new_compiler_p50_ms": statistics.median(peer),
    }
    figures["peer_ratio"] = figures["peer_new_compiler_p50_ms"] / figures["p50_ms"]
    return {name: round(value, 2) for name, value in figures.items()}


def first_ms() -> float:
    """Return what the first form of this process costs: opening fonts, printing the template, writing the entries."""
    inputs = _inputs()
    return _milliseconds(lambda: _writer(inputs)(0))


def _writer(inputs: dict[str, Any]) -> Callable[[int], object]:
    from machimado.ground.typesetting.typesetter import typeset

    fonts = _fonts()
    root = CITY / "forms"

    def write(number: int) -> object:
        return typeset(root / f"{PROCEDURE}.typ", _named(inputs, number), root=root, fonts=fonts)

    return write


def _new_compiler_each(inputs: dict[str, Any]) -> Callable[[int], object]:
    """Return the peer: Typst's one-call API, which opens the fonts and lays out the page anew for every form.

    It prints the same page without the entries, so it does less than we do.
    """
    from machimado.ground.typesetting.fonts import font_folders

    folders = [str(folder) for folder in font_folders(_Settings())]
    template = CITY / "forms" / f"{PROCEDURE}.typ"

    def write(number: int) -> object:
        static = {"city": inputs["city"], "options": inputs["options"], "blank": True, "number": number}
        return typst.compile(
            str(template), root=str(CITY / "forms"), font_paths=folders, ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(static)},
        )  # fmt: skip

    return write


def _times(write: Callable[[int], object], forms: int) -> list[float]:
    for number in range(5):
        write(number)
    return [_milliseconds(partial(write, number)) for number in range(100, 100 + forms)]


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _cold_ms() -> float:
    """Return the median of three new processes."""
    runs = [
        subprocess.run([sys.executable, "-c", _COLD], cwd=HERE, check=True, capture_output=True, text=True)
        for _ in range(3)
    ]
    return statistics.median(float(run.stdout) for run in runs)


class _Settings:
    BASE_DIR = HERE


def _fonts() -> Any:
    from machimado.ground.typesetting.fonts import font_folders, open_fonts

    return open_fonts(font_folders(_Settings()), HERE / "build" / "font-coverage")


def _named(inputs: dict[str, Any], number: int) -> dict[str, Any]:
    name = {"text": f"見本　{chr(0x4E00 + number)}郎", "kana": "ミホン　" + chr(0x30A2 + number % 80)}
    resident = {**inputs["answers"]["resident"], "name": name}
    return {**inputs, "reference": f"B-{number}", "answers": {**inputs["answers"], "resident": resident}}


def _inputs() -> dict[str, Any]:
    """Return what the applications room would give: the definition's own test answers."""
    import yaml

    from machimado.cases.procedures.rules.load import load_file
    from machimado.ground.typesetting.qr import qr_svg

    form = load_file(CITY / "procedures" / f"{PROCEDURE}.yaml")
    options = {
        path: [{"code": option.code, "label": option.label["ja"]} for option in question.options]
        for path, question in form.walk()
        if question.options
    }
    return {
        "city": yaml.safe_load((CITY / "city.yaml").read_text(encoding="utf-8")),
        "options": options,
        "answers": form.procedure.tests[0].answers,
        "derived": form.procedure.tests[0].derived or {},
        "received": "2026-04-10",
        "qr_svg": qr_svg("B-0"),
        "signature_svg": _SIGNATURE,
    }


_SIGNATURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">'
    '<path d="M10 60 C60 10 90 100 140 50 S220 20 290 70" fill="none" stroke="#000" stroke-width="3"/></svg>'
)


def _table(figures: dict[str, float]) -> str:
    return "\n".join(f"{name:28} {value:10.2f}" for name, value in figures.items())


if __name__ == "__main__":
    raise SystemExit(main())
