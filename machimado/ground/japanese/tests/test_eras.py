"""Dates: what officers type and what registers say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese.eras import ERAS, Era, UnreadableDateError, is_edtf, read_date, wareki

DAYS = st.dates(date(1873, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 21), "令和8年11月21日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-30", "大正元年7月30日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1873-01-01", "明治6年1月1日"),
        ("1950-05-XX", "昭和25年5月日不詳"),
        ("1950-XX-XX", "昭和25年月日不詳"),
        ("XXXX-XX-XX", "年月日不詳"),
        ("1989-XX-XX", "昭和64年又は平成元年月日不詳"),
        ("1989-01-XX", "昭和64年又は平成元年1月日不詳"),
        ("1989-02-XX", "平成元年2月日不詳"),
        ("1870-XX-XX", "明治3年月日不詳"),
        ("1870-05-01", "西暦1870年5月1日"),
    ],
)
def test_wareki_as_registers_write_it(day: str | date, written: str) -> None:
    assert wareki(day) == written


@pytest.mark.parametrize(
    "typed",
    [
        "昭和25年5月1日", "昭25.5.1", "S25.5.1", "s25/5/1", "S25-05-01", "s250501", "1950/5/1", "1950-05-01",
        "1950.5.1", "19500501", "昭和２５年５月１日", "Ｓ２５．５．１", "１９５０年５月１日",
        "昭和二十五年五月一日", "昭和 25年 5月 1日", "㍼25年5月1日", "西暦1950年5月1日", "S25ー5ー1",
    ],
)  # fmt: skip
def test_the_same_day_in_every_spelling(typed: str) -> None:
    assert read_date(typed) == "1950-05-01"


@pytest.mark.parametrize(
    ("typed", "edtf"),
    [
        ("R元.5.1", "2019-05-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("平成元年", "1989-XX-XX"),
        ("昭和64年", "1989-XX-XX"),
        ("昭和25年5月", "1950-05-XX"),
        ("昭和25年5月日不詳", "1950-05-XX"),
        ("昭和25年5月不詳", "1950-05-XX"),
        ("昭和25年月日不詳", "1950-XX-XX"),
        ("昭和25年不詳", "1950-XX-XX"),
        ("S25", "1950-XX-XX"),
        ("S25.5", "1950-05-XX"),
        ("1950", "1950-XX-XX"),
        ("1950-05-XX", "1950-05-XX"),
        ("1950-XX-XX", "1950-XX-XX"),
        ("不詳", "XXXX-XX-XX"),
        ("不明", "XXXX-XX-XX"),
        ("年月日不詳", "XXXX-XX-XX"),
        ("明治5年", "1872-XX-XX"),
        ("大正十五年十二月二十四日", "1926-12-24"),
    ],
)
def test_first_years_and_unknown_parts(typed: str, edtf: str) -> None:
    assert read_date(typed) == edtf


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("昭和64年1月8日", "「平成元年1月8日」ではありませんか"),
        ("平成31年5月1日", "「令和元年5月1日」ではありませんか"),
        ("平成元年1月7日", "「昭和64年1月7日」ではありませんか"),
        ("大正15年12月25日", "「昭和元年12月25日」ではありませんか"),
        ("明治45年7月30日", "「大正元年7月30日」ではありませんか"),
        ("昭和65年5月1日", "昭和は昭和64年1月7日までです"),
        ("R元.4.30", "令和は令和元年5月1日からです"),
        ("明治5年12月2日", "旧暦"),
        ("昭和25年2月30日", "1950年2月は28日まで"),
        ("昭和25年13月1日", "月は1から12"),
        ("昭和0年1月1日", "昭和元年"),
        ("25.5.1", "元号がわかりません"),
        ("250501", "元号がわかりません"),
        ("きのう", "読めません"),
        ("", "日付が空です"),
        ("1950-XX-05", "月がわからない"),
        ("S25.XX.5", "月がわからない"),
        ("昭和64年又は平成2年1月日不詳", "読めません"),
        ("昭和63年又は平成元年月日不詳", "同じ年"),
        ("9999年1月1日", "年を確かめてください"),
        ("0000-01-01", "年を確かめてください"),
    ],
)
def test_refusals_say_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(UnreadableDateError, match=says):
        read_date(typed)


@given(DAYS)
def test_every_day_comes_back(day: date) -> None:
    assert read_date(wareki(day)) == day.isoformat()


@given(DAYS, st.sampled_from(["-XX", "-XX-XX"]))
def test_every_partly_unknown_date_comes_back(day: date, unknown: str) -> None:
    edtf = day.isoformat()[: -len(unknown)] + unknown
    assert is_edtf(edtf)
    assert read_date(wareki(edtf)) == edtf


@given(st.integers(1868, 1872))
def test_years_by_the_moon_come_back(year: int) -> None:
    assert read_date(wareki(f"{year}-XX-XX")) == f"{year}-XX-XX"


@given(
    st.text(max_size=40)
    | st.from_regex(r"[明大昭平令MTSHR元年月日不詳又は0-9０-９./ -]{1,15}", fullmatch=True)
)
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        edtf = read_date(text)
    except UnreadableDateError:
        return
    assert is_edtf(edtf)


@pytest.mark.parametrize("era", ERAS[1:], ids=lambda era: era.name)
def test_an_era_begins_the_day_after_the_last_one_ends(era: Era) -> None:
    assert wareki(era.start).startswith(f"{era.name}元年")
    assert not wareki(era.start - timedelta(days=1)).startswith(era.name)


@pytest.mark.parametrize(
    "text", ["", "1950-5-1", "1950-02-30", "1950-XX-01", "XXXX-05-01", "19500501", "１９５０-05-01"]
)
def test_what_is_no_edtf(text: str) -> None:
    assert not is_edtf(text)


def test_wareki_refuses_what_is_no_date() -> None:
    with pytest.raises(UnreadableDateError, match="日付ではありません"):
        wareki("1950/5/1")
