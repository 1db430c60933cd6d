"""Undoing and redoing is told from what was done: like a shelf and a pile, whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.authoring.rules.steps import Did, Steps, steps


@given(st.lists(st.sampled_from(["changed", "undone", "redone", "dated"]), max_size=60))
def test_any_order_of_wishes_stands_where_a_plain_list_of_texts_stands(wishes: list[Did]) -> None:
    """The reference keeps all texts in one list with a place in it, as editors do."""
    done: list[tuple[int, Did]] = [(0, "begun")]
    texts, here = [0], 0
    content = {0: 0}
    for wish in wishes:
        revision = len(done)
        stands = steps(done)
        if wish == "undone":
            assert (stands.back_to is None) == (here == 0)
            if stands.back_to is None:
                continue
            here -= 1
            content[revision] = content[stands.back_to]
        elif wish == "redone":
            assert (stands.again is None) == (here == len(texts) - 1)
            if stands.again is None:
                continue
            here += 1
            content[revision] = content[stands.again]
        elif wish == "dated":
            texts[here] = content[revision] = revision
        else:
            texts = [*texts[: here + 1], revision]
            here, content[revision] = here + 1, revision
        done.append((revision, wish))
        assert content[revision] == texts[here]


def test_the_beginning_stays() -> None:
    assert steps([(0, "begun")]) == Steps((0,), ())
    assert steps([(0, "begun")]).back_to is None
    assert steps([(0, "begun"), (1, "changed"), (2, "undone")]).again == 1
