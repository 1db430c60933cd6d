"""docs/glossary.md and the models say the same words."""

import re
from functools import cache

import pytest
from django.db import models

from tests.structure import house
from tests.structure.test_models import MODELS, plain_fields

GLOSSARY = house.ROOT / "docs" / "glossary.md"


@cache
def terms() -> dict[str, str]:
    """Return the Japanese term of each identifier: a model, a field of every model, or `Model.field` where it differs."""
    rows = re.findall(r"^\| `([\w.]+)` \| ([^|]+?) \|", house.read(GLOSSARY), re.MULTILINE)
    assert len(rows) == len(dict(rows)), "an identifier stands in the glossary twice"
    return dict(rows)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_model_is_in_the_glossary_and_says_its_own_term(model: type[models.Model]) -> None:
    assert model.__name__ in terms()
    assert terms()[model.__name__] in (model.__doc__ or ""), "the docstring names the Japanese term"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_field_is_called_as_the_glossary_says(model: type[models.Model]) -> None:
    for field in plain_fields(model):
        if field.primary_key and field.name == "id":
            continue
        term = terms().get(f"{model.__name__}.{field.name}", terms().get(field.name))
        # An own password field and the like come from Django with Django's words.
        if field.model.__module__.startswith("machimado.") and field.name not in {"password", "last_login"}:
            assert str(field.verbose_name) == term, f"{model.__name__}.{field.name}"


def test_the_glossary_names_nothing_that_is_gone() -> None:
    names = {model.__name__ for model in MODELS}
    fields = {f"{model.__name__}.{field.name}" for model in MODELS for field in plain_fields(model)}
    simple = {name.split(".")[1] for name in fields}
    models_part = house.read(GLOSSARY).split("\n## ")
    stored = next(part for part in models_part if part.startswith("Stored"))
    for identifier in re.findall(r"^\| `([\w.]+)` \|", stored, re.MULTILINE):
        assert identifier in names | fields | simple, identifier
