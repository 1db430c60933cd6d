"""Reads and writes one row by its key, with SQL that is composed once.

Django composes the SQL of each statement anew. Where one row is read or written by its key, as a page does a dozen
times, that takes several times as long as the store needs for its answer (docs/adr/0007).
Everything else stays a queryset: this is for keys alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
type_of_converter = Callable[[Any, Any, Any], Any]


class ByKey(Generic[Row]):
    """The rows of a model, each by a unique column; `along` names related rows that are read with it (as select_related)."""

    def __init__(self, model: type[Row], column: str = "pk", *, along: Sequence[str] = ()) -> None:
        self._model = model
        self._column = column
        self._along = tuple(along)
        # Composed at the first use: models are not ready when this is made. Reads by whether the row is held.
        self._statements: dict[bool, _Statement] = {}
        self._writes: dict[tuple[str, ...], tuple[str, list[models.Field[Any, Any]]]] = {}

    def find(self, key: Any) -> Row | None:
        """Return the row with that key, if there is one."""
        return self._read(key, is_held=False)

    def get(self, key: Any) -> Row:
        """Return the row with that key.

        Raises: the model's DoesNotExist.
        """
        return self._existing(self.find(key))

    def hold(self, key: Any) -> Row:
        """Return the row with that key, held until the transaction ends; what is read along with it is not held.

        Raises: the model's DoesNotExist; TransactionManagementError outside a transaction.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("A row is held until a transaction ends: begin one.")
        return self._existing(self._read(key, is_held=True))

    def add(self, row: Row) -> Row:
        """Write a new row and return it. A number that the store gives by itself is not read back."""
        sql, fields = self._writing(())
        self._execute(sql, row, fields)
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - Django's documented name
        return row

    def write(self, row: Row, name: str, *more: str) -> None:
        """Write these fields of a row that is there.

        Raises: the model's DoesNotExist.
        """
        sql, fields = self._writing((name, *more))
        if self._execute(sql, row, fields) != 1:
            self._existing(None)

    def _execute(self, sql: str, row: Row, fields: "Sequence[models.Field[Any, Any]]") -> int:
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def _writing(self, names: tuple[str, ...]) -> "tuple[str, list[models.Field[Any, Any]]]":
        """Return the statement that changes these fields, or without any the one that adds a row, and its fields in order."""
        if names not in self._writes:
            self._writes[names] = self._changing(names) if names else self._adding()
        return self._writes[names]

    def _adding(self) -> "tuple[str, list[models.Field[Any, Any]]]":
        every = self._model._meta.concrete_fields  # noqa: SLF001 - Django's documented name
        fields = [field for field in every if not isinstance(field, models.AutoField)]
        columns = ", ".join(_quoted(field) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        return f"INSERT INTO {self._table()} ({columns}) VALUES ({marks})", fields  # noqa: S608 - our own names

    def _changing(self, names: tuple[str, ...]) -> "tuple[str, list[models.Field[Any, Any]]]":
        meta = self._model._meta  # noqa: SLF001 - Django's documented name
        fields = [field for field in map(meta.get_field, names) if isinstance(field, models.Field)]
        changes = ", ".join(f"{_quoted(field)} = %s" for field in fields)
        return f"UPDATE {self._table()} SET {changes} WHERE {_quoted(meta.pk)} = %s", [*fields, meta.pk]  # noqa: S608 - the same

    def _table(self) -> str:
        return connection.ops.quote_name(self._model._meta.db_table)  # noqa: SLF001 - Django's documented name

    def _existing(self, row: Row | None) -> Row:
        if row is None:
            raise self._model.DoesNotExist  # type: ignore[attr-defined] # each model has its own
        return row

    def _read(self, key: Any, *, is_held: bool) -> Row | None:
        if isinstance(key, str) and "\x00" in key:
            return None  # a cookie may say so; no row has such a key, and PostgreSQL takes it for a mistake of ours
        statement = self._statements.get(is_held)
        if statement is None:
            statement = self._statements[is_held] = self._compose(is_held)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, [statement.column.get_db_prep_value(key, connection)])
            values = cursor.fetchone()
        return None if values is None else statement.row(list(values))

    def _compose(self, is_held: bool) -> "_Statement":
        rows = self._model._default_manager.order_by()  # noqa: SLF001 - Django's documented name
        # With a piece of SQL on its right side the comparison leaves the place of the key open.
        rows = rows.filter(**{self._column: RawSQL("%s", [None])})
        rows = rows.select_related(*self._along) if self._along else rows
        return _Statement.of(rows.select_for_update(of=["self"]) if is_held else rows, self._field())

    def _field(self) -> "models.Field[Any, Any]":
        meta = self._model._meta  # noqa: SLF001 - Django's documented name
        found = meta.pk if self._column == "pk" else meta.get_field(self._column)
        assert isinstance(found, models.Field)
        return found


def _quoted(field: "models.Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with the place of the key left open, and how objects are made of the values that it gives."""

    sql: str
    column: "models.Field[Any, Any]"
    model: type[models.Model]
    places: slice
    names: Sequence[str]
    # By the place of a value: what makes Python's value of the store's.
    converters: Mapping[int, tuple[Sequence[type_of_converter], Any]]
    populators: Sequence[Any]

    @classmethod
    def of(cls, rows: "models.QuerySet[Any]", column: "models.Field[Any, Any]") -> "_Statement":
        """Compose the statement of a queryset, as its ModelIterable would."""
        compiler = rows.query.get_compiler(connection=connection)
        sql, _ = compiler.as_sql()
        selected, described = compiler.select, compiler.klass_info
        assert described is not None
        first, last = described["select_fields"][0], described["select_fields"][-1]
        return cls(
            sql=sql,
            column=column,
            model=described["model"],
            places=slice(first, last + 1),
            names=[each[0].target.attname for each in selected[first : last + 1]],
            converters=compiler.get_converters([each[0] for each in selected]),
            populators=get_related_populators(described, selected, connection.alias),  # type: ignore[call-arg] # stubs of Django 6
        )

    def row(self, values: list[Any]) -> Any:
        """Return the object of the values, with those read along with it."""
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        made = self.model.from_db(connection.alias, self.names, values[self.places])
        for populator in self.populators:
            populator.populate(values, made)
        return made
