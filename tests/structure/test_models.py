"""Models: foreign keys point downwards, and each says which fields are personal data and how long they are kept."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.structure import house

MODELS = [model for app in house.rooms() for model in app.get_models()]
RELATIONS = [
    (model, field)
    for model in MODELS
    for field in model._meta.get_fields()
    if field.is_relation and field.concrete and isinstance(field.related_model, type)
]


def room_of(model: type[models.Model]) -> str | None:
    name = apps.get_app_config(model._meta.app_label).name
    return name.removeprefix("machimado.") if name.startswith("machimado.") else None


@pytest.mark.parametrize(
    ("model", "field"), RELATIONS, ids=lambda part: getattr(part, "name", None) or part._meta.label
)
def test_foreign_keys_point_downwards(
    model: type[models.Model], field: "models.ForeignKey[Any, Any]"
) -> None:
    target = field.related_model
    assert isinstance(target, type)
    above, below = room_of(model), room_of(target)
    assert above is not None
    if below is not None:  # Django's own tables lie below everything
        assert house.may_know(above, below), (
            f"{model._meta.label}.{field.name} points up to {target._meta.label}"
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_model_says_what_is_personal_and_how_long_it_is_kept(model: type[models.Model]) -> None:
    told = model.__dict__.get("personal_data")
    assert isinstance(told, dict), "personal_data = {field: how long it is kept} is missing"
    known = {field.name for field in model._meta.get_fields() if field.concrete}
    assert set(told) <= known, f"no such fields: {set(told) - known}"
    assert all(time and isinstance(time, str) for time in told.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_name_of_a_person_is_said_to_be_personal(model: type[models.Model]) -> None:
    told = model.__dict__.get("personal_data", {})
    fields = {field.name for field in model._meta.get_fields() if field.concrete}
    telling = {name for name in fields if re.search(r"kana|birth|address|answers|payload|email|phone", name)}
    assert telling <= set(told), f"these look personal: {telling - set(told)}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_names_say_what_kind_of_field_it_is(model: type[models.Model]) -> None:
    for field in plain_fields(model):
        if not field.model.__module__.startswith("machimado.") or field.name == "last_login":
            continue  # Django's own
        if isinstance(field, models.DateTimeField):
            assert re.search(r"(^|_)(at|since|until)$", field.name), (
                f"{field.name} is a time: …_at, …_since, …_until"
            )
        elif isinstance(field, models.DateField):
            assert re.search(r"(^|_)(date|until|from)$", field.name), (
                f"{field.name} is a date: …_date, …_from, …_until"
            )
        elif isinstance(field, models.JSONField | models.BinaryField):
            assert not field.name.endswith(("_at", "_date"))


def plain_fields(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    for field in model._meta.get_fields():
        if isinstance(field, models.Field):
            yield field


def test_models_are_described() -> None:
    for model in MODELS:
        assert inspect.getdoc(model), model
