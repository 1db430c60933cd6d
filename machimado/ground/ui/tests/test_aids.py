"""What makes a page easier to read, and the readings above its kanji."""

from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.ui.aids import COLOURS, SIZES, Aids, with_furigana

RUBY = '<ruby>住所<rp>（</rp><rt aria-hidden="true">じゅうしょ</rt><rp>）</rp></ruby>'


@given(st.booleans(), st.sampled_from(SIZES), st.sampled_from(COLOURS))
def test_what_is_kept_is_read_again(furigana: bool, size: str, colours: str) -> None:
    aids = Aids(furigana, size, colours)
    assert Aids.read(aids.kept) == aids


@given(st.text(max_size=60))
def test_whatever_stands_in_a_cookie_is_read(text: str) -> None:
    assert Aids.read(Aids.read(text).kept) == Aids.read(text)


def test_a_button_changes_one_thing() -> None:
    aids = Aids().changed({"furigana": "on"}).changed({"size": "large"}).changed({"colours": "dark"})
    assert aids.classes == "reads-furigana reads-large reads-dark"
    assert aids.changed({"furigana": "off"}) == Aids(furigana=False, size="large", colours="dark")
    assert aids.changed({"size": "<b>", "colours": "green"}) == aids
    assert aids.changed({}) == aids


def test_readings_stand_above_text_alone() -> None:
    page = '<p title="住所">住所</p>'
    assert with_furigana(page) == f'<p title="住所"><ruby-text>{RUBY}</ruby-text></p>'


def test_names_and_fields_and_other_languages_are_left_alone() -> None:
    for page in (
        "<title>住所</title>",
        "<textarea>住所</textarea>",
        '<select><option value="1">住所</option></select>',
        "<script>住所</script>",
        "<dd data-answer>住所<dd>住所</dd>住所</dd>",
        '<p lang="zh-hans">住所<br>住所</p>',
        "<!-- 住所 -->",
    ):
        assert with_furigana(page) == page
    after = with_furigana("<dd data-answer>住所</dd><p>住所</p>")
    assert after.startswith("<dd data-answer>住所</dd><p><ruby-text>")


def test_what_is_escaped_stays_escaped() -> None:
    assert with_furigana("<p>&lt;住所&gt;</p>") == f"<p><ruby-text>&lt;{RUBY}&gt;</ruby-text></p>"
