from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.questions import PREFILL_GROUPS


def test_no_meaning_lies_within_another_but_those_of_groups() -> None:
    names = vocabulary().meanings.keys()
    for name in names:
        group, row, _ = name.partition("[].")
        if row:
            assert vocabulary().meanings[f"{group}[]"].kind == "group"
        elif "." in name:
            assert name.partition(".")[0] not in names


def test_each_meaning_has_its_words_in_three_languages() -> None:
    shared = vocabulary()
    for meaning in shared.meanings.values():
        assert {"ja", "ja-simple", "en"} <= meaning.label.keys()
    for options in shared.option_sets.values():
        assert all({"ja", "ja-simple", "en"} <= option.label.keys() for option in options)


def test_options_exist_where_a_choice_needs_them() -> None:
    shared = vocabulary()
    for meaning in shared.meanings.values():
        assert (meaning.kind in {"choice", "choices"}) == (meaning.options is not None)
        assert meaning.options is None or meaning.options in shared.option_sets


def test_groups_are_filled_in_from_people_that_a_record_has() -> None:
    groups = [meaning for meaning in vocabulary().meanings.values() if meaning.kind == "group"]
    assert all(meaning.prefill in PREFILL_GROUPS for meaning in groups)
