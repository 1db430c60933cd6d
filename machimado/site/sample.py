"""Makes a city's folder into a running city: store, offices, staff, and the register's index."""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PASSWORDS = "demo-passwords.txt"


def set_up() -> None:
    """Make Django ready; costs time, so only commands that need it call this."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machimado.site.settings")
    import django

    django.setup()


def data_folder() -> Path:
    """Return where this city's data are."""
    from machimado.site import settings

    return settings.DATA_FOLDER


def city_folder() -> Path:
    """Return the folder that describes this city."""
    from machimado.site import settings

    return settings.CITY_FOLDER


def prepare() -> dict[str, str]:
    """Bring the store and the staff list up to date; return the demo's passwords by login."""
    set_up()
    migrate(verbosity=0)
    passwords = _passwords()
    load_city(passwords)
    return passwords


def migrate(*, verbosity: int) -> None:
    """Bring the store to the shape of this version, and let it refuse changes of the journal."""
    from django.core.management import call_command
    from django.db import connection

    from machimado.ground.journal import guard

    call_command("migrate", verbosity=verbosity, interactive=False)
    guard.keep_up(connection)


def _passwords() -> dict[str, str]:
    """Return the demo people's passwords: made at the first start, the same at the next."""
    path = data_folder() / PASSWORDS
    if not path.exists():
        lines = [f"{officer['login']} {new_password()}\n" for officer in _read("staff.yaml")["officers"]]
        path.touch(mode=0o600)
        path.write_text("".join(lines), encoding="ascii")
    pairs = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {login: password for login, password in pairs}  # noqa: C416 - each pair is a list of just two words


def new_password() -> str:
    """Return a password that can be read aloud and typed: three groups of four."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def load_city(passwords: Mapping[str, str]) -> None:
    """Take over offices, sections and officers from the city's folder; may be repeated."""
    from machimado.frontyard.counter.actions import set_up_desks
    from machimado.ground.people import actions
    from machimado.ground.people.models import Office, Officer, Section

    sites = _read("sites.yaml")
    actions.load_offices(offices=map(_office, sites["offices"]), sections=map(_section, sites["sections"]))
    for site in sites["offices"]:
        set_up_desks(office=Office.objects.get(code=site["id"]), count=site.get("counters", 0))
    known = set(Officer.objects.values_list("login", flat=True))
    staff = _read("staff.yaml")["officers"]
    actions.retire_unlisted(listed=[person["login"] for person in staff])
    for person in staff:
        actions.employ(
            login=person["login"],
            name=person["name"]["text"],
            kana=person["name"]["kana"],
            office=Office.objects.get(code=person["office"]),
            section=Section.objects.get(code=person["section"]),
            roles=person["roles"],
            skills=person.get("skills", []),
            password=None if person["login"] in known else passwords.get(person["login"]),
        )


def _office(site: Mapping[str, Any]) -> dict[str, Any]:
    distance = site.get("distance", {})
    return {
        "code": site["id"],
        "name": site["name"],
        "short_name": site["short_name"],
        "kind": site["kind"],
        "branch": site.get("parent"),
        "distance_km": distance.get("km"),
        "winter_minutes": distance.get("winter_minutes"),
    }


def _section(section: Mapping[str, Any]) -> dict[str, Any]:
    described = {"code": section["id"], "name": section["name"], "office": section["office"]}
    return {**described, "business_ids": section.get("business_ids", [])}


def _read(name: str) -> dict[str, Any]:
    import yaml

    with (city_folder() / name).open(encoding="utf-8") as file:
        described: dict[str, Any] = yaml.safe_load(file)
    return described


def import_register() -> None:
    """Fill the register's index from the core system at the first start; the worker brings later changes."""
    from machimado.cases.register import actions, queries

    if queries.is_empty():
        print("住民の索引を基幹システムから取り込んでいます…", flush=True)
        actions.import_all(progress=lambda done: print(f"\r  {done:,} 人", end="", flush=True))
        print(flush=True)


def welcome(host: str, port: int, core_port: int, passwords: Mapping[str, str]) -> str:
    """Return what a newcomer reads when everything runs."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    base = f"http://{shown}:{port}"
    demo = _read("city.yaml").get("demo", {})
    return f"""
まち窓が動いています（止めるには Ctrl-C）

  窓口の画面        {base}/
  住民の画面        {base}/screen/   （別のタブレットか、別のウィンドウで）
  参照基幹システム  http://127.0.0.1:{core_port}/

  職員（職員ID・パスワード・役割。全員分は {data_folder() / PASSWORDS}）
{_people(demo.get("guides"), passwords)}
{_first_steps(demo.get("first_steps", []))}"""


def _people(guides: Mapping[str, str] | None, passwords: Mapping[str, str]) -> str:
    """Return a line for each officer to begin as; all of them where the city names none."""
    shown = guides or dict.fromkeys(passwords, "")
    return "\n".join(
        f"    {login:<10} {passwords[login]}   {role}" for login, role in shown.items() if login in passwords
    )


def _first_steps(steps: Sequence[str]) -> str:
    if not steps:
        return ""
    lines = "\n".join(f"    {number}. {step}" for number, step in enumerate(steps, 1))
    return f"\n  まず試す {len(steps)} つのこと\n{lines}\n"
