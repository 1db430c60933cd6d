"""Compiles a form from outside in a process of its own: little time, little memory, no file but the form's own folder, no network.

A form that the city has drawn is trusted, and compiled in process. What came from elsewhere may be hostile: Typst can neither
write nor run anything, but it can take for ever, take all memory, or fetch packages. `python -I -m` of this module is the process.
"""

import base64
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

# An ordinary form takes half a second; the fonts are read anew in each process.
SECONDS = 20
_BYTES_OF_MEMORY = 2 * 1024**3
LARGEST_RESULT = 20 * 1024 * 1024
_LONGEST_COMPLAINT = 600
# Nobody answers there: what wants a package from elsewhere is refused at once.
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = {
    name: _NOWHERE for each in ("http_proxy", "https_proxy", "all_proxy") for name in (each, each.upper())
}


class NotCompiledError(RuntimeError):
    """A form from outside could not be compiled; the message says why."""


def compile_apart(
    template: Path, data: str, *, root: Path, folders: Sequence[Path], wants: str, dots_per_inch: int = 110
) -> Mapping[str, Any]:
    """Compile a form in a process of its own and return what is wanted of it.

    `wants` is "pdf", "frame" (a PDF with `anchors` and `about`) or "pictures" (PNGs).
    Raises: NotCompiledError.
    """
    with tempfile.TemporaryDirectory(prefix="machimado-apart-") as empty:
        order = {
            "template": str(template),
            "root": str(root),
            "fonts": [str(folder) for folder in folders],
            "data": data,
            "wants": wants,
            "dots_per_inch": dots_per_inch,
            "packages": empty,
        }
        try:
            done = subprocess.run(  # noqa: S603 - our own program; what is foreign is data to it
                [sys.executable, "-I", "-m", __name__],
                input=json.dumps(order).encode(),
                capture_output=True,
                timeout=SECONDS + 5,
                cwd=empty,
                env={**_PROXIES, "HOME": empty, "PATH": os.defpath, "LANG": "C.UTF-8"},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotCompiledError(f"組版が{SECONDS}秒で終わりません。") from error
    return _result(done.returncode, done.stdout)


def _result(code: int, out: bytes) -> Mapping[str, Any]:
    """Return what the process wrote; where it was stopped, or stopped by itself, why."""
    if code != 0 or not out:
        raise NotCompiledError("組版に時間か場所を使いすぎるため、止めました。")
    found: Mapping[str, Any] = json.loads(out)
    if "error" in found:
        raise NotCompiledError(str(found["error"]))
    return {
        **found,
        "pdf": base64.b64decode(found.get("pdf", "")),
        "pictures": tuple(base64.b64decode(each) for each in found.get("pictures", ())),
    }


# --- the process itself ------------------------------------------------------------------------------------------


def _bounded() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, _BYTES_OF_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _compile(order: Mapping[str, Any]) -> dict[str, Any]:
    compiler = typst.Compiler(
        order["template"],
        root=order["root"],
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"]
        ),
        ignore_system_fonts=True,
        sys_inputs={"data": order["data"]},
        package_path=order["packages"],
        package_cache_path=order["packages"],
    )
    if order["wants"] == "pictures":
        drawn = compiler.compile(format="png", ppi=order["dots_per_inch"])
        pages = [drawn] if isinstance(drawn, bytes) else [*(drawn or ())]
        return {"pictures": [base64.b64encode(page).decode() for page in pages]}
    pdf = compiler.compile(format="pdf", timestamp=0, pdf_tags=order["wants"] != "frame")
    made: dict[str, Any] = {"pdf": base64.b64encode(pdf if isinstance(pdf, bytes) else b"").decode()}
    if order["wants"] == "frame":
        made["anchors"] = json.loads(compiler.query("<anchor>", field="value"))
        made["about"] = json.loads(compiler.query("<form>", field="value", one=True))
    return made


def _complaint(error: RuntimeError, root: str) -> str:
    """Return what is wrong and in which line, without where on this machine the form lies."""
    where = re.search(r"[A-Za-z0-9_-]+\.typ:\d+", str(getattr(error, "diagnostic", "")))
    said = f"{error}（{where[0]}）" if where else str(error)
    return said.replace(root, "")[:_LONGEST_COMPLAINT]


def _answer(order: Mapping[str, Any]) -> bytes:
    try:
        answer = json.dumps(_compile(order)).encode()
    except RuntimeError as error:  # what Typst refuses, and what it cannot find
        return json.dumps({"error": _complaint(error, order["root"])}).encode()
    if len(answer) > LARGEST_RESULT:
        return json.dumps({"error": "できた用紙が大きすぎます。"}).encode()
    return answer


if __name__ == "__main__":
    ordered = json.loads(sys.stdin.buffer.read())
    _bounded()
    sys.stdout.buffer.write(_answer(ordered))
