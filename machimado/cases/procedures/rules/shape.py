"""Plain data → typed parts of a definition, with a Japanese sentence for each problem of shape."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from machimado.cases.procedures.rules.cel.check import suggestion
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.rules.source import Loc, Source
from machimado.cases.procedures.rules.words import NO_WORDS, Words, filled

Model = TypeVar("Model", bound=BaseModel)

MOST_PROBLEMS = 50

# The type of a pydantic error → what to say. `{…}` are its details.
_SENTENCES = {
    "missing": "「{name}」がありません。書き足してください。",
    "string_type": "「{name}」は文字列で書いてください。数字や true は引用符で囲みます。",
    "int_type": "「{name}」は整数で書いてください。",
    "bool_type": "「{name}」は true か false で書いてください。",
    "dict_type": "「{name}」には「名前: 値」の形で書いてください。",
    "model_type": "「{name}」には「名前: 値」の形で書いてください。",
    "tuple_type": "「{name}」には一覧（- で始まる行）を書いてください。",
    "literal_error": "「{input}」は使えません。使えるのは {expected} です。",
    "string_pattern_mismatch": "「{input}」の形が違います（{pattern}）。英小文字・数字・区切りで書いてください。",
    "string_too_short": "「{name}」が空です。書いてください。",
    "string_too_long": "「{name}」が長すぎます（{max_length}文字まで）。",
    "too_short": "「{name}」は{min_length}個以上書いてください。",
    "too_long": "「{name}」が多すぎます（{max_length}個まで）。",
    "greater_than_equal": "「{name}」は{ge}以上にしてください。",
    "less_than_equal": "「{name}」は{le}以下にしてください。",
}


def read_shape(source: Source, model: type[Model], words: Words = NO_WORDS) -> Model:
    """Read a file's data as a model, its texts also in the languages that others have written.

    Raises: DefinitionError with each problem at its place.
    """
    if not isinstance(source.data, dict):
        raise DefinitionError([source.at(0, "手続の定義がありません。「id: …」から書いてください。")])
    try:
        return model.model_validate(filled(source.data, words))
    except ValidationError as error:
        details = error.errors(include_url=False)[:MOST_PROBLEMS]
        raise DefinitionError(
            source.problem(*_located(each, source), **_at_key(each)) for each in _first(details)
        ) from None


def _first(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Yield one problem for each place: the branches of a union all complain, and so do lists of wrong items."""
    places = [_plain(each) for each in details]
    for number, (place, each) in enumerate(zip(places, details, strict=True)):
        inner_is_wrong = any(len(other) > len(place) and other[: len(place)] == place for other in places)
        if place not in places[:number] and not (each["type"] == "too_short" and inner_is_wrong):
            yield each


def _plain(error: ErrorDetails) -> tuple[Any, ...]:
    """Return the place without the steps that pydantic adds for the branches of a union."""
    return tuple(step for step in error["loc"] if not str(step).startswith(("str", "tuple[", "constrained")))


def _at_key(error: ErrorDetails) -> dict[str, Any]:
    return {"key": error["type"] == "extra_forbidden"}


def _located(error: ErrorDetails, source: Source) -> tuple[Loc, str]:
    return _place(error["loc"], source.data), _sentence(error)


def _place(loc: tuple[Any, ...], data: Any) -> Loc:
    """Return the deepest place that the file has; steps that pydantic adds (union branches) are left out."""
    place: list[str | int] = []
    for step in loc:
        known = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int)
        )
        if known:
            place.append(step)
            data = data[step]
    return tuple(place)


def _sentence(error: ErrorDetails) -> str:
    name = next(
        (str(step) for step in reversed(error["loc"]) if isinstance(step, str) and "[" not in step), "定義"
    )
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "extra_forbidden":
        return f"「{name}」という項目はありません。{_closest(name)}"
    template = _SENTENCES.get(error["type"], "「{name}」の書き方が違います。")
    shown = str(error["input"])[:40]
    return template.format_map({"name": name, **context, "input": shown, "expected": _listed(context)})


def _listed(context: dict[str, Any]) -> str:
    return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")


def _closest(name: str) -> str:
    known = {field.alias or key for part in _parts() for key, field in part.model_fields.items()}
    return suggestion(name, known) or "つづりを確かめるか、消してください。"


def _parts() -> Iterator[type[BaseModel]]:
    from machimado.cases.procedures.rules import definition

    for part in vars(definition).values():
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
