"""Writes docs/accessibility.md from what the journeys' looks have written down: `make accessibility`.

The same results give the same page: nothing of the machine, of its speed, or of the order in which the journeys ran.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.journeys.axe import Look

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CRITERIA = HERE / "criteria.yaml"
NOT_LOOKED_AT = HERE / "not_looked_at.yaml"
PUBLISHED = ROOT / "docs" / "accessibility.md"
W3C = "https://www.w3.org/TR/WCAG22/"
# A rule of axe's names the criterion that it belongs to: wcag143 is 1.4.3, wcag1412 is 1.4.12.
HOW = """
## どう試験したか

1. **ブラウザーの試験**　住民と職員の仕事を初めから終わりまで行う試験が、開いた画面をすべて axe で調べます。
   違反があれば試験は失敗します。大きさは、使う人の画面のままと、電話（390×844）・タブレット（820×1180）・机の上（1440×900）です。
   横にはみ出す画面も失敗にします。住民が画面の色を選べる画面は、標準・くっきり・暗くするのすべてで調べます。
2. **キーボードだけの試験**　住民も職員も、マウスなしで手続を終えます。止まったところに枠が見えることも確かめます。
3. **スクリプトなしの試験**　描く署名のほかは、すべて使えます。
4. **人の目**　画面の写真を見て、文と見た目を確かめました。どの基準を見たかは、次の表にあります。
"""
TAG = re.compile(r"wcag(\d)(\d)(\d+)")


@dataclass(frozen=True, slots=True)
class Results:
    """What the journeys of one run have found."""

    looks: tuple[Look, ...]
    # By the rule, the criteria that it tests.
    rules: dict[str, list[str]]

    @property
    def axe(self) -> str:
        """Which axe it was."""
        return "、".join(sorted({look.axe for look in self.looks}))


def read(folder: Path) -> Results:
    """Return what was written down in a folder."""
    written = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.look.json")))
    looks = sorted((Look(**one) for one in written), key=_order)
    rules = json.loads((folder / "rules.json").read_text(encoding="utf-8"))
    return Results(tuple(looks), {rule: [_criterion(tag) for tag in tags] for rule, tags, _ in rules})


def _order(look: Look) -> tuple[str, str, int, int, str]:
    return look.channel, look.title, look.width, look.height, look.language


def _criterion(tag: str) -> str:
    found = TAG.fullmatch(tag)
    return ".".join(found.groups()) if found else ""


def criteria() -> list[dict[str, Any]]:
    """Return the criteria of WCAG 2.2, A and AA, with how each was checked besides."""
    found: list[dict[str, Any]] = yaml.safe_load(CRITERIA.read_text(encoding="utf-8"))
    return [{**one, "id": str(one["id"])} for one in found]


# ---------------------------------------------------------------- the page


def not_looked_at() -> dict[str, str]:
    """Return the templates of pages at which no journey can look by axe, or none does yet, each with why."""
    found: dict[str, str] = yaml.safe_load(NOT_LOOKED_AT.read_text(encoding="utf-8"))
    return found


def page(results: Results, *, day: date) -> str:
    """Return the page in Markdown."""
    parts = (_head(results, day), _how(), _by_criterion(results), _exceptions(results), _by_page(results))
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(results: Results, day: date) -> Iterator[str]:
    titles = {(look.channel, look.title) for look in results.looks}
    violated = sum(bool(look.violated) for look in results.looks)
    yield "# アクセシビリティの試験結果"
    yield ""
    yield "<!-- `make accessibility` が作ります。手で直さず、試験か tests/accessibility/criteria.yaml を直してください。 -->"
    yield ""
    yield f"- 試験した日　{day.isoformat()}"
    yield "- 目標　JIS X 8341-3:2016 のレベル AA、WCAG 2.2 のレベル A と AA"
    drawn, times = len({look.template for look in results.looks}), len(results.looks)
    yield f"- 試験したもの　同梱の見本のまちの{len(titles)}画面（{drawn}の雛形）を、延べ{times}回"
    yield f"- 道具　axe-core {results.axe}（Chromium）。axe が違反とした画面　{violated}"
    yield ""
    yield "これは開発者による試験の記録です。第三者の認証ではなく、JIS の試験（JIS X 8341-3 附属書 JB）による準拠の表示でもありません。"
    yield "市で使うときは、市の設定・市の手続・市の端末で、もう一度試験してください。"
    yield ""


def _how() -> Iterator[str]:
    yield from HOW.strip().splitlines()
    yield ""


def _by_criterion(results: Results) -> Iterator[str]:
    yield "## 達成基準ごとの結果"
    yield ""
    yield "「axe」の欄の数は、その基準を調べた規則の数です。違反がなくても、規則が見ない面は残ります。"
    yield ""
    yield "| 基準 | レベル | JIS | axe | ほかの確かめ方 |"
    yield "|---|---|---|---|---|"
    for one in criteria():
        marks = f"{one['level']} | {'○' if one['jis'] else '－'}"
        yield f"| {one['id']} {one['name']} | {marks} | {_automatic(results, one['id'])} | {_besides(one)} |"
    yield ""
    yield "4.1.1 構文解析（JIS にあり、WCAG 2.2 で削られた）は、ブラウザーが組み直したページを axe が調べることで代えています。"
    yield f"基準の全文：<{W3C}>"
    yield ""


def _automatic(results: Results, criterion: str) -> str:
    rules = {rule for rule, criteria_of in results.rules.items() if criterion in criteria_of}
    ran = {rule for look in results.looks for rule in (*look.passed, *look.violated) if rule in rules}
    if not ran:
        return "－"
    violated = {(look.channel, look.title) for look in results.looks if rules & set(look.violated)}
    unsure = {(look.channel, look.title) for look in results.looks if rules & set(look.incomplete)}
    said = f"違反 {len(violated)}画面" if violated else f"違反なし（{len(ran)}）"
    return said + (f"、判断できない所のある画面 {len(unsure)}" if unsure else "")


def _besides(one: dict[str, Any]) -> str:
    if one.get("none"):
        return f"該当なし。{one['none']}"
    tests = "、".join(f"`{name}`" for name in one.get("tests", ()))
    said = [
        one.get("how", ""),
        f"試験　{tests}" if tests else "",
        "**残り**　下の一覧" if one.get("open") else "",
    ]
    return "　".join(filter(None, said)) or "axe による"


def _exceptions(results: Results) -> Iterator[str]:
    yield "## まだできていないこと・確かめていないこと"
    yield ""
    for one in criteria():
        if one.get("open"):
            yield f"- {one['id']} {one['name']}：{one['open']}"
    yield "- 画面読み上げソフト（NVDA・VoiceOver など）での通しの試験は、していません。"
    yield "- 障害のある方に使っていただく試験は、していません。"
    yield "- 印刷する申請書（PDF）は、この試験に入っていません。"
    yield ""
    yield "axe で調べていない画面とそのわけ："
    yield ""
    looked_at = {look.template for look in results.looks}
    yield from (
        f"- `{name}`：{why}" for name, why in sorted(not_looked_at().items()) if name not in looked_at
    )
    yield ""


def _by_page(results: Results) -> Iterator[str]:
    yield "## 試験した画面"
    yield ""
    yield "| 雛形 | 使う所 | 画面 | 大きさ | 言語・見え方 | 違反 |"
    yield "|---|---|---|---|---|---|"
    found: dict[tuple[str, str, str], list[Look]] = {}
    for look in results.looks:
        found.setdefault((look.template, look.channel, look.title), []).append(look)
    for (template, channel, title), looks in sorted(found.items()):
        sizes = "・".join(
            f"{width}×{height}" for width, height in sorted({(one.width, one.height) for one in looks})
        )
        shown = "・".join(sorted({f"{one.language} {one.theme}" for one in looks}))
        wrong = "、".join(sorted({rule for one in looks for rule in one.violated})) or "なし"
        yield f"| `{template or '－'}` | {channel} | {title} | {sizes} | {shown} | {wrong} |"


def templates_in(text: str) -> set[str]:
    """Return which templates the published page says were looked at."""
    return set(re.findall(r"^\| `([\w/]+\.html)` \|", text, re.MULTILINE))


def main(arguments: Iterable[str] | None = None) -> None:
    """Write the page from the results of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--day", type=date.fromisoformat, default=date.today())  # noqa: DTZ011 - the day where it is tested
    given = parser.parse_args(None if arguments is None else list(arguments))
    PUBLISHED.write_text(page(read(given.folder), day=given.day), encoding="utf-8")


if __name__ == "__main__":
    main()
