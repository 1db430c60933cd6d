"""Settings are read with their types; a wrong value stops the start with a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.site import environment
from machimado.site.environment import SettingRefused

NAME = "MACHIMADO_TEST_SETTING"
# What an operating system can hold in a variable.
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


class TestInteger:
    @given(words | st.integers(-5, 300).map(str))
    def test_is_within_its_bounds_or_refused(self, value: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(NAME, value)
            if value.strip().isdecimal() and 1 <= int(value) <= 240:
                assert environment.integer(NAME, 10, low=1, high=240) == int(value)
            else:
                with pytest.raises(SettingRefused, match=f"環境変数 {NAME} は 1 から 240 までの整数"):
                    environment.integer(NAME, 10, low=1, high=240)

    @pytest.mark.parametrize(("value", "number"), [("1", 1), ("240", 240), (" 15 ", 15)])
    def test_reads_a_number(self, monkeypatch: pytest.MonkeyPatch, value: str, number: int) -> None:
        monkeypatch.setenv(NAME, value)
        assert environment.integer(NAME, 10, low=1, high=240) == number

    @pytest.mark.parametrize("value", ["", "0", "241", "-1", "1.5", "ten", "1e2", "0x10"])
    def test_refuses_what_is_none(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv(NAME, value)
        with pytest.raises(SettingRefused):
            environment.integer(NAME, 10, low=1, high=240)

    def test_is_the_default_where_nothing_is_set(self) -> None:
        assert environment.integer(NAME, 10, low=1, high=240) == 10


class TestFlag:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [("1", True), ("TRUE", True), (" yes ", True), ("0", False), ("off", False), ("", False)],
    )
    def test_reads_yes_and_no(self, monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
        monkeypatch.setenv(NAME, value)
        assert environment.flag(NAME, default=not expected) is expected

    def test_refuses_what_is_neither(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(NAME, "たぶん")
        with pytest.raises(SettingRefused, match="1 か 0"):
            environment.flag(NAME, default=False)

    @pytest.mark.parametrize("default", [True, False])
    def test_is_the_default_where_nothing_is_set(self, default: bool) -> None:
        assert environment.flag(NAME, default=default) is default


class TestFolder:
    def test_is_absolute(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(NAME, "data")
        assert environment.folder(NAME, Path("/nowhere")) == tmp_path / "data"

    def test_refuses_one_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv(NAME, str(tmp_path / "no-city"))
        with pytest.raises(SettingRefused, match="フォルダーがありません"):
            environment.folder(NAME, tmp_path, holding=("city.yaml",))

    def test_refuses_one_that_lacks_what_it_has_to_hold(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv(NAME, str(tmp_path))
        (tmp_path / "city.yaml").touch()
        with pytest.raises(SettingRefused, match=r"に staff\.yaml がありません"):
            environment.folder(NAME, tmp_path, holding=("city.yaml", "staff.yaml"))
        assert environment.folder(NAME, tmp_path, holding=("city.yaml",)) == tmp_path


def test_a_list_is_divided_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.listing(NAME, ["a"]) == ["a"]
    monkeypatch.setenv(NAME, " madoguchi.example, 192.0.2.1 ,,")
    assert environment.listing(NAME, ["a"]) == ["madoguchi.example", "192.0.2.1"]
