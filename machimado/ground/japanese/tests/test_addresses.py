import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese.addresses import split_address

WORDS = st.sampled_from(
    [
        "山形県",
        "鶴岡市",
        "馬場町",
        "東京都",
        "千代田区",
        "北海道",
        "1丁目",
        "9番25号",
        "　",
        " ",
        "字大綱",
        "𠮷野",
        "ハイツ雪見101",
    ]
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("山形県鶴岡市馬場町9番25号", ("山形県", "鶴岡市", "馬場町", "9番25号", "")),
        (
            "山形県鶴岡市馬場町９番２５号　雪見ハイツ　１０１",
            ("山形県", "鶴岡市", "馬場町", "９番２５号", "雪見ハイツ　１０１"),
        ),
        ("東京都千代田区霞が関2丁目1番2号", ("東京都", "千代田区", "霞が関2丁目", "1番2号", "")),
        (
            "神奈川県横浜市西区みなとみらい二丁目3番",
            ("神奈川県", "横浜市西区", "みなとみらい二丁目", "3番", ""),
        ),
        ("奈良県大和郡山市北郡山町248番地4", ("奈良県", "大和郡山市", "北郡山町", "248番地4", "")),
        ("雪見県雪見市本町1番", ("雪見県", "雪見市", "本町", "1番", "")),
        ("東京都", ("東京都", "", "", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_an_address_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(split_address(text).values()) == parts


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
def test_no_letter_is_lost(text: str) -> None:
    def without_blanks(words: str) -> str:
        return words.replace(" ", "").replace("\u3000", "")

    assert without_blanks("".join(split_address(text).values())) == without_blanks(text)
