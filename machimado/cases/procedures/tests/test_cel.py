from typing import Any

import pytest

from machimado.cases.procedures.rules.cel import types
from machimado.cases.procedures.rules.cel.check import check
from machimado.cases.procedures.rules.cel.compile import compile_tree
from machimado.cases.procedures.rules.cel.errors import EvaluationError, ExpressionError, UnansweredError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.cel.syntax import uses

PERSON = types.record({"name": types.STRING, "age": types.INT, "born": types.DATE})
NAMES = {
    "person": PERSON,
    "people": types.list_of(PERSON, 5),
    "plan": types.choice(["a", "b"]),
    "plans": types.list_of(types.choice(["a", "b"]), 2),
    "today": types.DATE,
    "n": types.INT,
    "flag": types.BOOL,
    "x": types.DYN,
}


def value(text: str, **variables: Any) -> Any:
    return compile_tree(parse(text))(variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("7.0 / 2.0", 3.5),
        ("1.0 / 0.0", float("inf")),
        ("-1.0 / 0.0", float("-inf")),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5 + .5", 1.0),
        ("- 3", -3),
        ("--3", 3),
        ("1 == 1.0", True),
        ("1 == true", False),
        ('1 == "1"', False),
        ("1 < 1.5", True),
        ("false < true", True),
        ('"a" < "b"', True),
        ("[1, 2] == [1, 2.0]", True),
        ('{"a": 1} == {"a": 1}', True),
        ('{"a": 1, }["a"]', 1),
        ("[1, 2,][1]", 2),
        ("[] == []", True),
        ("{} == {}", True),
        ("null == null", True),
        ("true ? 1 : 2", 1),
        ("false ? 1 : true ? 2 : 3", 2),
        ("size('漢字') + '漢字'.size()", 4),
        ("'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('b')", True),
        ("'a' in {'a': 1}", True),
        ("[1, 2, 3].filter(x, x > 1).map(x, x * 2)", [4, 6]),
        ("[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]),
        ("[1, 2, 3].exists_one(x, x > 2)", True),
        ("[1, 2].map(x, [3].map(y, x * y))", [[3], [6]]),
        ("{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]),
        ("int('12') + int(3.9) + int(4)", 19),
        ("double('1.5') + double(1)", 2.5),
        ("string(12) + string(true) + string('x')", "12truex"),
        ("sum([1, 2, 3])", 6),
        ("'a' + 'b' + 'c'", "abc"),
        ("[1] + [2]", [1, 2]),
        ('"\\u3042\\x41\\101\\n"', "あAA\n"),
        ("r'\\d'", "\\d"),
        ('"""a"b\nc"""', 'a"b\nc'),
        ("'''it's'''", "it's"),
        ("1 // a comment\n + 1", 2),
        ("!true || !false", True),
        ("0.0 < 0.0 / 0.0 || 0.0 >= 0.0 / 0.0 || 0.0 / 0.0 == 0.0 / 0.0", False),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "gone && false",
        "false && gone",
        "!(gone || true)",
        "!(true || gone)",
        "[1, 0].all(x, 1 / x > 1)",
        "!([0, 1].exists(x, 1 / x == 1))",
        "(1 / 0 > 0) && false",
    ],
)
def test_one_deciding_side_absorbs_an_error_on_the_other(text: str) -> None:
    assert value(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "gone && true",
        "true && gone",
        "gone || false",
        "false || gone",
        "gone || other",
        "1 && true",
        "1 ? 2 : 3",
        "!1",
        "1 / 0",
        "1 % 0",
        "1.0 % 1.0",
        "1 + 1.0",
        "1 + true",
        "true + true",
        "'a' < 1",
        "-'a'",
        "9223372036854775807 + 1",
        "-9223372036854775807 - 2",
        "9223372036854775807 * 2",
        "-(-9223372036854775807 - 1)",
        "[1][1]",
        "[1]['a']",
        "{'a': 1}['b']",
        "{'a': 1, 'a': 2}",
        "{1: 2}",
        "1 in 2",
        "size(1)",
        "size(null)",
        "'a'.startsWith(1)",
        "int('x')",
        "int(1e300)",
        "double('x')",
        "string(1.5)",
        "sum(['a'])",
        "x.all(y, true)",
        "[1].all(y, y)",
        "[1].filter(y, y)",
        "[0, 1].exists_one(y, 1 / y == 1)",
        "age('1990-01-01', 3)",
        "(1 / 0).name",
    ],
)
def test_what_has_no_value_is_an_error(text: str) -> None:
    with pytest.raises(EvaluationError):
        value(text, x=1)


def test_doubling_is_stopped() -> None:
    with pytest.raises(EvaluationError):
        value("x + x", x="a" * 15_000)
    with pytest.raises(EvaluationError):
        value("x + x", x=[1] * 15_000)


def test_an_unanswered_name_says_which() -> None:
    with pytest.raises(UnansweredError, match=r"a\.b\.c\.d"):
        value("a.b.c.d == 1", a={"b": {}})
    with pytest.raises(UnansweredError, match=r"a\.b\.c"):
        value("a.b.c == 1", a={"b": 3})
    with pytest.raises(UnansweredError):
        value("{'a': 1}.b == 1")


def test_has_is_false_where_anything_on_the_way_is_missing() -> None:
    assert value("has(a)", a=1)
    assert not value("has(a)")
    assert not value("has(a.b.c)", a={})
    assert value("has(a.b.c)", a={"b": {"c": 1}})


def test_uses_names_each_chain_but_not_what_macros_bind() -> None:
    tree = parse('a.b == 1 && c.all(k, k.z in [d.e, f[g]]) || !has(h.i) || {"x": j}.size() > -l ? m(n) : 1')
    assert uses(tree) == {("a", "b"), ("c",), ("d", "e"), ("f",), ("g",), ("h", "i"), ("j",), ("l",), ("n",)}


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "空です"),
        ("   ", 3, "空です"),
        ("a = 1", 2, "==、"),
        ("a and b", 2, "&&"),
        ("a（b", 1, "全角"),
        ("(a", 2, "途中で終わって"),
        ("a ==", 4, "途中で終わって"),
        ("a $ b", 2, "読めません"),
        ("a)", 1, "読めません"),
        ("for", 0, "予約語"),
        ("1 + has(1)", 4, "has("),
        ("a.all(1, 2)", 2, "all(変数"),
        ("a.map(x)", 2, "map(変数"),
        ("'\\q'", 0, "読めません"),
        ("'\\ud800'", 0, "文字でない"),
        ("99999999999999999999", 0, "大きすぎる"),
        ("1" + "+1" * 900, 119, "複雑すぎます"),
        ("!" * 900 + "a", 840, "複雑すぎます"),
        ("[" + "1," * 600 + "1]", 0, "複雑すぎます"),
        ("a" * 2_001, 2_000, "2000文字"),
    ],
)
def test_syntax_errors_say_where_and_what_to_do(text: str, at: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert caught.value.at == at


def test_deep_brackets_are_harmless() -> None:
    assert value("(" * 900 + "1" + ")" * 900) == 1


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("preson.name == 'a'", 0, "「person」ではありませんか"),
        ("zzz", 0, "質問の id"),
        ("person.nmae == 'a'", 7, "「name」ではありませんか"),
        ("person.zzz == 'a'", 7, "使えるのは name、age、born"),
        ("people.name == 'a'", 7, "exists や map"),
        ("n.name == 1", 2, "「.」の左側"),
        ("plan == 'c'", 8, "選択肢は a、b"),
        ("'c' == plan", 0, "選択肢は a、b"),
        ("plan in ['a', 'd']", 14, "選択肢は a、b"),
        ("'d' in plans", 0, "選択肢は a、b"),
        ("plans.exists(p, p == 'z')", 21, "選択肢は a、b"),
        ("n == 'a'", 2, "比べられません"),
        ("n == null", 2, "has("),
        ("n in plans", 2, "比べられません"),
        ("1 in n", 5, "in の右側"),
        ("person.born < today", 12, "before"),
        ("n < 'a'", 2, "比べられません"),
        ("plans < plans", 0, "一覧"),
        ("n && flag", 0, "&&"),
        ("flag || n", 8, "整数"),
        ("!n", 1, "! には"),
        ("-plan", 1, "- には"),
        ("n ? 1 : 2", 0, "? の前"),
        ("n + 1.5", 2, "int( )"),
        ("flag + flag", 0, "+ には"),
        ("1.5 % 2.5", 0, "% には"),
        ("agee(today, today)", 0, "「age」ではありませんか"),
        ("zzzz(1)", 0, "README"),
        ("today.age(today)", 6, "の形で"),
        ("age(today)", 0, "引数は2個"),
        ("age(n, today)", 4, "age には日付"),
        ("before('2026', today)", 7, "2026-04-01"),
        ("before(1, today)", 7, "2026-04-01"),
        ("plans['a'] == 'a'", 6, "一覧の番号"),
        ("n[0] == 1", 0, "左側"),
        ("person[1.5] == 1", 7, "の中"),
        ("{1: 2}", 1, "対応表の名前"),
        ("n.all(x2, true)", 0, "all には"),
        ("people.all(p, p.age)", 16, "all には"),
        ("people.all(n, true)", 7, "重なります"),
        ("people.all(a, people.all(b, people.all(c, people.all(d, true))))", 49, "3段まで"),
        ("plan.matches(plan)", 5, "じかに"),
        ("n.matches('a')", 0, "matches には"),
        ("plan.matches('(a*)*b')", 13, "時間がかかりすぎる"),
        ("plan.matches('(')", 13, "読めません"),
        ("sum(n)", 4, "sum には"),
    ],
)
def test_what_can_be_known_is_found_before_it_runs(text: str, at: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check(parse(text), NAMES)
    assert words in str(caught.value)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("n + 1", "int"),
        ("1.5 + 1.5", "double"),
        ("plan + 'a'", "string"),
        ("plans + ['a']", "list"),
        ("x + 1", "dyn"),
        ("flag ? 1 : 'a'", "dyn"),
        ("flag ? null : 1", "int"),
        ("flag ? null : null", "null"),
        ("flag ? 'a' : today", "string"),
        ("flag ? plan : 'a'", "string"),
        ("[plans, plans]", "list"),
        ("plans[0]", "string"),
        ("person['age']", "dyn"),
        ("{'a': 1}", "map"),
        ("{'a': 1}.a", "dyn"),
        ("{'a': 1}.filter(k, k == 'a')", "list"),
        ("x.all(y, y)", "bool"),
        ("people.map(p, p.age)", "list"),
        ("people.map(p, p.age > 3, p.age)", "list"),
        ("people.filter(p, true)", "list"),
        ("size(people)", "int"),
        ("next_month(today)", "string"),
        ("fiscal_year_end_of_age(person.born, 18)", "date"),
        ("before('2026-04-01', today)", "bool"),
        ("person.born == '2026-04-01'", "bool"),
        ("plan.matches('^a$')", "bool"),
        ("person.born.startsWith('19')", "bool"),
        ("has(person.name)", "bool"),
        ("x == null", "bool"),
        ("x.y", "dyn"),
    ],
)
def test_types(text: str, kind: str) -> None:
    assert check(parse(text), NAMES).kind == kind


def test_a_rule_that_could_run_without_end_is_refused() -> None:
    many = {"rows": types.list_of(types.INT, 100)}
    check(parse("rows.all(a, rows.all(b, a != b))"), many)
    with pytest.raises(ExpressionError, match="計算量"):
        check(parse("rows.all(a, rows.all(b, rows.all(c, a != b)))"), many)


def test_kana_of_banks_and_of_registers_are_the_same() -> None:
    assert value("same_kana('ｼﾖｳｼﾞ ﾀﾛｳ', 'ショウジ　タロウ')")
    assert not value("same_kana('ヤマダ', 'ヤマモト')")
