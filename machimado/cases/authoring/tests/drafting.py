"""Drafts to try things with, and where their versions are published."""

from collections.abc import Callable
from datetime import date, datetime

from django.test import Client
from django.utils import timezone

from machimado.cases.authoring import actions
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures import catalogue
from machimado.cases.procedures import queries as procedures
from machimado.ground.people.models import Officer

SEAL = "seal-certificate"
SignIn = Callable[[Officer], Client]
NEW = {"ja": "登録の番号"}


def forget() -> None:
    procedures._in_this_second.cache_clear()
    catalogue._read.cache_clear()


def now() -> datetime:
    return timezone.now()


def drafted(by: Officer) -> Draft:
    """Begin a draft and change the label of a question."""
    draft = actions.begin(procedure=SEAL, by=by, at=now())
    text = editing.put(draft.text, ("sections", 1, "questions", 1, "label"), NEW)
    return actions.save(draft=draft, text=text, revision=0, by=by, at=now())


def proposed(by: Officer, day: date | None = None) -> Draft:
    return actions.propose(draft=drafted(by), effective_date=day or timezone.localdate(), by=by, at=now())
