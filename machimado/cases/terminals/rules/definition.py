"""What a city writes of machines of others (`terminals.yaml`), and whether one is open."""

import re
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
Text = dict[str, Annotated[str, Field(min_length=1, max_length=400)]]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]


class NotReadable(Exception):
    """The file cannot be used; the message says where and why, a line each."""


def _minutes(text: object) -> int:
    found = _CLOCK.fullmatch(str(text))
    if found is None or (found[1] == "24" and found[2] != "00"):
        raise ValueError("時刻は 6:30 のように書いてください（終わりは 24:00 まで）。")
    return int(found[1]) * 60 + int(found[2])


Clock = Annotated[int, BeforeValidator(_minutes)]


class Part(BaseModel):
    """A part of the file: nothing in it is overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _in_japanese(self) -> "Part":
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, dict) and "ja" not in value:
                raise ValueError(f"{name} に ja の文がありません。")
        return self


class Hours(Part):
    """When a machine can be used, in minutes of the day; `closed` says on which days it cannot."""

    days: Literal["every", "weekdays"] = "every"
    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="to")
    closed: Text | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> "Hours":
        if self.closes <= self.opens:
            raise ValueError("終わりの時刻を、始まりより後にしてください。")
        return self


class Service(Part):
    """What can be done at a machine; `procedure` is that of the city which it saves."""

    id: Slug
    what: Text
    procedure: Slug | None = None
    fee: Annotated[int, Field(ge=0, le=100_000)] | None = None
    # Where it ends earlier in the day than the machine does.
    closes: Clock | None = Field(default=None, alias="to")


class Terminal(Part):
    """Machines of one kind and operator."""

    id: Slug
    name: Text
    operator: Text
    where: Text
    hours: Hours
    needs: Text | None = None
    # The last day on which it is offered.
    until: date | None = None
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    services: Annotated[tuple[Service, ...], Field(min_length=1)]


class Terminals(Part):
    """The whole file."""

    terminals: tuple[Terminal, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> "Terminals":
        names = [one.id for one in self.terminals]
        each = [names, *([service.id for service in one.services] for one in self.terminals)]
        if any(len(ids) != len(set(ids)) for ids in each):
            raise ValueError("同じ id が二度使われています。")
        return self


def read(data: object) -> Terminals:
    """Return what the file says. Raises: NotReadable."""
    try:
        return Terminals.model_validate(data or {})
    except ValidationError as error:
        found = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise NotReadable("\n".join(found)) from error


def is_open(terminal: Terminal, service: Service, at: datetime) -> bool:
    """Return whether a service can be used at that moment of the city's clock; days that are `closed` in words are not known here."""
    if terminal.hours.days == "weekdays" and at.weekday() >= 5:
        return False
    now = at.hour * 60 + at.minute
    return terminal.hours.opens <= now < (service.closes or terminal.hours.closes)


def clock(minutes: int) -> str:
    """Return minutes of the day as people read them: 6:30."""
    return "24:00" if minutes == 24 * 60 else f"{time(minutes // 60, minutes % 60):%-H:%M}"
