from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from machimado.ground.journal.actions import record
from machimado.ground.people.models import Grant, Office, Officer, Role, Section, Skill


@transaction.atomic
def load_offices(*, offices: Iterable[Mapping[str, Any]], sections: Iterable[Mapping[str, Any]]) -> None:
    """Take over the city's offices and sections; those that are there already are brought up to date.

    The order of `offices` does not matter: a second pass sets the branch that each is run from.
    """
    listed = list(offices)
    for office in listed:
        Office.objects.update_or_create(
            code=office["code"],
            defaults={
                key: office.get(key)
                for key in ("name", "short_name", "kind", "distance_km", "winter_minutes")
            },
        )
    for office in listed:
        if office.get("branch"):
            Office.objects.filter(code=office["code"]).update(
                branch=Office.objects.get(code=office["branch"])
            )
    for section in sections:
        office_of = Office.objects.get(code=section["office"])
        described = {"name": section["name"], "office": office_of}
        described["business_ids"] = list(section.get("business_ids", []))
        Section.objects.update_or_create(code=section["code"], defaults=described)


@transaction.atomic
def employ(
    *,
    login: str,
    name: str,
    kana: str,
    office: Office,
    section: Section,
    roles: Iterable[Role],
    skills: Iterable[str] = (),
    password: str | None = None,
) -> Officer:
    """Enter an officer on the staff list, or bring the entry up to date.

    Without `password` a new officer cannot sign in with one (the city's identity provider still works).
    """
    officer, is_new = Officer.objects.update_or_create(
        login=login,
        defaults={"name": name, "kana": kana, "office": office, "section": section, "is_active": True},
    )
    if password is not None:
        officer.set_password(password)
    elif is_new:
        officer.set_unusable_password()
    officer.save()
    _set_grants(officer, {Role(role) for role in roles})
    _set_skills(officer, set(skills))
    return officer


@transaction.atomic
def give_password(*, officer: Officer, password: str, by: Officer | None) -> None:
    """Let the officer sign in with a new password; the one before, and every screen signed in with it, is over."""
    officer.set_password(password)
    officer.save(update_fields=["password"])
    record(by=by, action="officer.password_given", detail={"officer": officer.login})


@transaction.atomic
def retire_unlisted(*, listed: Iterable[str]) -> list[str]:
    """Close the accounts of those who are no longer on the staff list; return their logins. What they did stays theirs."""
    gone = list(Officer.objects.filter(is_active=True).exclude(login__in=list(listed)))
    Officer.objects.filter(pk__in=[officer.pk for officer in gone]).update(is_active=False)
    for officer in gone:
        record(by=None, action="officer.retired", detail={"officer": officer.login})
    return [officer.login for officer in gone]


def _set_grants(officer: Officer, roles: set[Role]) -> None:
    officer.grants.exclude(role__in=roles).delete()
    Grant.objects.bulk_create([Grant(officer=officer, role=role) for role in roles], ignore_conflicts=True)


def _set_skills(officer: Officer, names: set[str]) -> None:
    officer.skills.exclude(name__in=names).delete()
    Skill.objects.bulk_create([Skill(officer=officer, name=name) for name in names], ignore_conflicts=True)


def choose_keys(*, officer: Officer, has_single_keys: bool) -> None:
    """Let keys of one character press buttons on the officer's pages, or let them do nothing."""
    Officer.objects.filter(pk=officer.pk).update(has_single_keys=has_single_keys)
