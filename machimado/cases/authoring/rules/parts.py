"""What the form of each part of a procedure asks, and how it is read and written: no officer has to know the file."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from machimado.cases.procedures.rules.businesses import BUSINESSES
from machimado.cases.procedures.rules.called import CODES, KIND_WORDS
from machimado.cases.procedures.rules.saying import CHANNELS

LANGUAGES = ("ja", "ja-simple", "en")
Look = Literal[
    "line", "lines", "texts", "number", "choice", "several", "rule", "expression", "options", "flag", "meaning",
    "procedure", "law", "laws", "due", "given", "shared", "day",
]  # fmt: skip


# A part that is a text and nothing else: the entry of its form under which it is asked.
LEAVES = {"note": "note"}


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a part's form: `name` is its key in the file."""

    name: str
    label: str
    look: Look
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_needed: bool = False
    only_new: bool = False
    # Asked once the part is there: what can be chosen hangs on what stands in it.
    only_later: bool = False


# Where an entry stands that is asked in the form of the whole, but written elsewhere.
ELSEWHERE: Mapping[str, "Loc"] = {"effective_to": ("version", "effective_to")}

LAW_HINT = "法令の名前と、条・項の両方を書きます。"
QUESTION = (
    Field("id", "どの質問を足しますか", "meaning", "共通の質問を選ぶと、ほかの手続で伺った答えがそのまま入ります。", only_new=True),
    Field("kind", "答え方", "choice", "共通の質問では選びません。", (("", "共通の質問のとおり"), *KIND_WORDS.items())),
    Field("label", "呼び方", "texts", "画面の見出しになる短い言葉。空のときは、共通の質問のとおりです。"),
    Field("ask", "職員の言い方", "texts", "窓口でそのまま声に出せる言葉で。「。」か「？」で終えます。", is_needed=True),
    Field("alone", "ひとりで手続する方への言い方", "texts", "家やロビーの端末で答える方に。空のときは「職員の言い方」を使います。"),
    Field("hint", "記入の例", "texts", "例　自動車の登録、不動産の登記"),
    Field("officer_note", "職員だけに見せる注意", "texts", "住民の画面には出ません。"),
    Field("options", "選択肢", "options", "「ひとつ選ぶ」「いくつでも選ぶ」のときに使います。"),
    Field("required", "必ず答えてもらいますか", "rule"),
    Field("when", "どんなときに聞きますか", "rule"),
    Field("min", "下限", "number", "数・文字数・選ぶ数のいちばん小さい値"),
    Field("max", "上限", "number", "数・文字数・選ぶ数のいちばん大きい値"),
    Field("format", "書き方", "choice", "文字や氏名を、決まった書き方で受け取るとき。", (("", "決めない"), *CODES["format"].items())),
    Field("exact", "年月日まで必要（「月までしか分からない」は受け付けない）", "flag"),
    Field("not_future", "今日より後の日付は受け付けない", "flag"),
)  # fmt: skip
SECTION = (
    Field("title", "章の名前", "texts", "質問のまとまりの見出し", is_needed=True),
    Field("when", "どんなときにこの章を聞きますか", "rule"),
)
CHECK = (
    Field("assert", "成り立つはずのこと", "rule", "これが成り立たないとき、下の文を出します。", is_needed=True),
    Field("when", "どんなときに確かめますか", "rule"),
    Field("message", "成り立たないときに出す文", "texts", "何が合わないかと、次に何をすればよいかを書きます。", is_needed=True),
    Field("alone", "ひとりで手続する方に出す文", "texts", "上の文が職員への言葉のときに。空の「注意」は、職員だけに見えます。"),
    Field("level", "扱い", "choice", "", (("error", "直すまで進めない"), ("warning", "注意だけ示す"))),
    Field("fields", "どの質問のところに出しますか", "several"),
    Field("legal_basis", "根拠の法令", "law", LAW_HINT),
)  # fmt: skip
DOCUMENT = (
    Field("title", "書類の名前", "texts", is_needed=True),
    Field("how", "扱い", "choice", "", (("show", "見せていただく"), ("attach", "預かる"))),
    Field("when", "どんなときに要りますか", "rule"),
)
DELIVERED = (
    Field(
        "to",
        "基幹システムの項目名",
        "line",
        "情報政策課や基幹システムの会社に確かめて、英小文字で書きます。",
        is_needed=True,
    ),
    Field(
        "from",
        "渡す中身",
        "expression",
        "式で書きます。わからないときは情報政策課へ。例　resident.name.text",
        is_needed=True,
    ),
)
_DUE = Field(
    "due",
    "いつまでに",
    "due",
    "期限がなければ、空のままにします。あるときは、長さと、数え始める日の両方を入れます。",
)
_SOURCE = Field("source", "何で確かめたか", "line", "例　雪見市 おくやみハンドブック", is_needed=True)
CALLED = (
    Field("procedure", "どの手続をしますか", "procedure", is_needed=True),
    Field("when", "どんなときに要りますか", "rule"),
    Field("why", "なぜ要るか（住民に見せる）", "texts", is_needed=True),
    Field("legal_basis", "根拠の法令", "law", LAW_HINT, is_needed=True),
    _SOURCE,
    _DUE,
    Field("given", "もう決まっている答え", "given", "聞かなくてもわかる答えです。はじめから申請書に入ります。", only_later=True),
    Field(
        "apart",
        "ほかの手続とまとめずに聞く質問",
        "several",
        "同じ質問でも、この手続ではだれのことかが違うとき。例　振込先の口座",
        only_later=True,
    ),
)  # fmt: skip
ERRAND = (
    Field("title", "用事の名前", "texts", is_needed=True),
    Field("here", "この市役所の別の窓口でする", "flag"),
    Field("where", "どこで", "texts", "窓口や機関の名前", is_needed=True),
    Field("when", "どんなときに要りますか", "rule"),
    Field("why", "なぜ要るか（住民に見せる）", "texts", is_needed=True),
    Field("legal_basis", "根拠の法令", "law", LAW_HINT, is_needed=True),
    _SOURCE,
    _DUE,
    Field("contact", "連絡先・受付時間", "texts"),
    Field("bring", "持って行く物", "texts"),
)
NOTE = (
    Field(
        "note", "職員が知っておくこと", "texts", "聞き取りを始める前に、職員の画面に出ます。", is_needed=True
    ),
)
_OFFERED = (
    Field("channels", "受け付ける方法", "several", "", tuple(CHANNELS.items()), is_needed=True),
    Field("applicants", "手続できる方", "several", "", tuple(CODES["applicants"].items()), is_needed=True),
    Field("standings", "住民記録でどういう方の手続か", "several", "選ばないときは「住民」です。", tuple(CODES["standings"].items())),
    Field("words", "さがすときの言葉", "lines", "題名のほかに。一行にひとつ。例　引っ越し"),
)  # fmt: skip
CHAPTER = (
    Field("title", "章の名前", "texts", "いくつもの手続に共通する質問のまとまりの見出し", is_needed=True),
    Field("meanings", "この章に入れる質問", "several", "ここで選ばない共通の質問は、それを聞く手続の章に入ります。", is_needed=True),
)  # fmt: skip
WORDING = (
    Field("question", "どの質問の言い方を決めますか", "shared", "手続に共通する質問です。", is_needed=True, only_new=True),
    Field("label", "呼び方", "texts", "画面の見出しになる短い言葉。例　亡くなった方の氏名"),
    Field("ask", "職員の言い方", "texts", "窓口でそのまま声に出せる言葉で。"),
    Field("alone", "ひとりで手続する方への言い方", "texts", "家やロビーの端末で答える方に。"),
)  # fmt: skip
PAPER = (
    Field("minutes", "職員の分数（1件）", "number", "1件に職員がかけた時間。測っていなければ見積りで。例　12.5", is_needed=True),
    Field("fields", "書き写した項目の数（1件）", "number", "紙の申請書から、職員がシステムに打ち直していた項目の数。", is_needed=True),
    Field("source", "何で確かめたか", "texts", "例　令和7年10月に20件を測った平均", is_needed=True),
)  # fmt: skip
_LAST_DAY = Field(
    "effective_to",
    "この版を使う最後の日",
    "day",
    "この日まで受け付け、翌日から受け付けません。制度が終わるときに入れます。空のときは、次の版が始まるまで使います。",
)
WHOLE = (
    Field("title", "手続名", "texts", is_needed=True),
    Field("summary", "説明", "texts"),
    Field(
        "business_id",
        "どの業務の手続か",
        "choice",
        "一覧での置き場所と、受付で受け持つ職員が、これで決まります。",
        tuple(BUSINESSES.items()),
        is_needed=True,
    ),
    Field(
        "fee",
        "手数料（円）",
        "expression",
        "金額を数字で。通数で変わるときは式で書きます。例　certificate.copies * 300",
    ),
    Field("legal_basis", "根拠の法令", "laws", LAW_HINT),
    *_OFFERED,
    Field("languages", "住民に見せる文がそろっていることば", "several"),
    _LAST_DAY,
)
EVENT = (
    Field("title", "できごとの名前", "texts", is_needed=True),
    Field("summary", "説明", "texts", is_needed=True),
    Field("about", "どなたの名前で受け付けますか", "texts", "来た方の名前でないときだけ。例　亡くなった方"),
    *_OFFERED,
    _LAST_DAY,
)
_WHO = Field("who", "選べるのは、どんな方ですか", "rule", "条件がなければ、上の方はどなたでも選べます。")
PEOPLE = (
    Field(
        "list",
        "どの一覧で、選べるようにしますか",
        "shared",
        "この一覧では、名前の出た方を選べば、氏名や生年月日をもう一度打たずに済みます。",
        is_needed=True,
    ),
    Field(
        "from",
        "どなたから選べますか",
        "several",
        "先に伺っている方です。氏名・生年月日・性別は、片方で直せば、両方で直ります。",
        is_needed=True,
    ),
    _WHO,
    Field(
        "follows",
        "選んだ方について、聞かなくても決まる答え",
        "given",
        "例　同居の方から選んだ子の「同居・別居」は「同居」",
        only_later=True,
    ),
)
CHOSEN = (
    Field(
        "names",
        "どの質問で、選べるようにしますか",
        "several",
        "おひとりの名前を聞く質問です。ほかの欄で選べるようにした質問は、ここには出ません。",
        is_needed=True,
    ),
    Field(
        "from",
        "どなたから選べますか",
        "several",
        "入るのは名前だけです。ここにない方の名前は、これまでどおり打ち込めます。",
        is_needed=True,
    ),
    _WHO,
)
PARTS: Mapping[str, tuple[Field, ...]] = {
    "whole": WHOLE,
    "section": SECTION,
    "question": QUESTION,
    "check": CHECK,
    "document": DOCUMENT,
    "delivered": DELIVERED,
    "called": CALLED,
    "errand": ERRAND,
    "event": EVENT,
    "note": NOTE,
    "chapter": CHAPTER,
    "wording": WORDING,
    "people": PEOPLE,
    "chosen": CHOSEN,
    "paper": PAPER,
}
TITLES = {
    "whole": "手続そのもの",
    "section": "章",
    "question": "質問",
    "check": "答えの確かめ",
    "document": "書類",
    "delivered": "基幹システムへ渡す項目",
    "called": "道すじの手続",
    "errand": "ほかでする用事",
    "event": "ライフイベントそのもの",
    "note": "職員への注意",
    "chapter": "共通の質問の章",
    "wording": "共通の質問の言い方",
    "people": "同じ人が並ぶ一覧",
    "chosen": "名前の出た方から選ぶ質問",
    "paper": "紙のときの手間",
    "test": "試験",
}
_PLACES = {
    "section": re.compile(r"sections\.\d+"),
    "question": re.compile(r"sections\.\d+\.questions\.\d+(\.questions\.\d+)?"),
    "check": re.compile(r"checks\.\d+"),
    "document": re.compile(r"documents\.\d+"),
    "delivered": re.compile(r"delivery\.fields\.\d+"),
    "called": re.compile(r"procedures\.\d+"),
    "errand": re.compile(r"elsewhere\.\d+"),
    "note": re.compile(r"notes\.\d+"),
    "chapter": re.compile(r"chapters\.\d+"),
    # What stands there is called by its question, whose name has dots of its own.
    "wording": re.compile(r"wording\.[a-z][a-z0-9_.]*"),
    "people": re.compile(r"people\.\d+"),
    "chosen": re.compile(r"chosen\.\d+"),
    "paper": re.compile(r"paper"),
    "test": re.compile(r"tests\.\d+"),
}
Loc = tuple[str | int, ...]


def read_place(part: str, text: str) -> Loc | None:
    """Return the place that an address names (`sections.0.questions.3`); None where no such part can stand there."""
    pattern = _PLACES.get(part)
    if part in {"whole", "event"}:
        return () if text == "" else None
    if pattern is None or len(text) > 60 or not pattern.fullmatch(text):
        return None
    steps = text.split(".", 1) if part == "wording" else text.split(".")
    return tuple(int(step) if step.isdigit() else step for step in steps)


def free(word: str, taken: Container[str]) -> str:
    """Return a name that nothing has yet."""
    return next(name for number in count(1) if (name := f"{word}_{number}") not in taken)


def identified(kind: str, value: Mapping[str, Any], taken: Container[str]) -> dict[str, Any]:
    """Return a new part with an id, where it needs one and nobody has given it: nobody reads it but programs."""
    if kind not in {"question", "section", "check", "document", "errand", "chapter"} or value.get("id"):
        return dict(value)
    return {"id": free(kind, taken), **{name: each for name, each in value.items() if name != "id"}}
