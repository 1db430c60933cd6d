from pathlib import Path
from typing import Annotated, Literal

import yaml
from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, ConfigDict, Field, ValidationError

type_of_verdict = Literal["accepted", "pending", "rejected"]


class Strict(BaseModel):
    """A part of the options; a word that we do not know is a mistake, not a remark."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """A column: its heading, and where its value comes from.

    That is `$reference`, `$key`, `$attachments` or a path into the fields (`account.number`).
    """

    name: str = Field(min_length=1)
    source: str = Field(alias="from", min_length=1)


class Acknowledgement(Strict):
    """What the files look like in which the core answers: the headings of its columns, and its codes."""

    glob: str = "*.csv"
    encoding: str = "utf-8-sig"
    reference: str
    code: str
    core_number: str
    field: str = ""
    reason: str = ""
    codes: dict[str, type_of_verdict]


class Options(Strict):
    """All that has to be agreed upon with the vendor of the core system."""

    out_folder: Path
    sent_folder: Path
    ack_folder: Path
    file_name: str = "{system}_{reference}.csv"
    encoding: str = "utf-8"
    newline: Literal["crlf", "lf"] = "crlf"
    header: bool = True
    quoting: Literal["minimal", "all"] = "minimal"
    messages: dict[str, Annotated[list[Column], Field(min_length=1)]]
    acknowledgement: Acknowledgement


def read_options(path: Path) -> Options:
    """Read the options from a YAML file.

    Raises: ImproperlyConfigured with what is wrong, a line each.
    """
    try:
        return Options.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ImproperlyConfigured(
            f"MACHIMADO_CORE_CSV のファイルを読めません: {path}（{error.strerror}）"
        ) from error
    except yaml.YAMLError as error:
        raise ImproperlyConfigured(f"{path} は YAML として読めません: {error}") from error
    except ValidationError as error:
        problems = "\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ImproperlyConfigured(f"{path} を直してください。\n{problems}") from error
