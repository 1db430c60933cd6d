"""Reads and writes one row by its key, with SQL that is composed once.

Django composes the SQL of each statement anew. Where one row is read or written by its key, as a page does a dozen
times, that takes several times as long as the store needs for its answer (docs/adr/0007).
Everything else stays a queryset: this is for keys alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
type_of_converter = Callable[[Any, Any, Any], Any]


class ByKey(Generic[Row]):
    """The rows of a model by a column; `along` names related rows that are read with each (as select_related).

    `find`, `get` and `hold` are for a column of which each value stands in one row.
    """

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
        if not _store().in_atomic_block:
            raise transaction.TransactionManagementError("A row is held until a transaction ends: begin one.")
        return self._existing(self._read(key, is_held=True))

    def all(self, key: Any) -> list[Row]:
        """Return the rows with that key, in the order of their model."""
        store, statement = _store(), self._statement(is_held=False)
        return [statement.row(values, store) for values in statement.rows(key, store)]

    def has(self, key: Any) -> bool:
        """Return whether there is a row with that key, without reading what it holds."""
        store = _store()
        with store.cursor() as cursor:
            cursor.execute(self._asking, [self._field().get_db_prep_value(key, store)])
            return cursor.fetchone() is not None

    def add(self, row: Row) -> Row:
        """Write a new row and return it, with the number that the store has given it."""
        sql, fields = self._writing(())
        store = _store()
        with store.cursor() as cursor:
            cursor.execute(sql, _stored(row, fields, store))
            if row._meta.auto_field:  # noqa: SLF001 - Django's documented name
                (row.pk,) = cursor.fetchone()
        row._state.adding, row._state.db = False, store.alias  # noqa: SLF001 - Django's documented name
        return row

    def add_once(self, row: Row) -> None:
        """Write a new row, unless a constraint says that there is one like it."""
        sql, fields = self._writing(())
        store = _store()
        with store.cursor() as cursor:
            unless_there = f"{sql.partition(' RETURNING ')[0]} ON CONFLICT DO NOTHING"
            cursor.execute(unless_there, _stored(row, fields, store))

    def write(self, row: Row, name: str, *more: str) -> None:
        """Write these fields of a row that is there.

        Raises: the model's DoesNotExist.
        """
        sql, fields = self._writing((name, *more))
        store = _store()
        with store.cursor() as cursor:
            cursor.execute(sql, _stored(row, fields, store))
            if cursor.rowcount != 1:
                self._existing(None)

    def _writing(self, names: tuple[str, ...]) -> "tuple[str, list[models.Field[Any, Any]]]":
        """Return the statement that changes these fields, or without any the one that adds a row, and its fields in order."""
        if names not in self._writes:
            self._writes[names] = self._changing(names) if names else self._adding()
        return self._writes[names]

    def _adding(self) -> "tuple[str, list[models.Field[Any, Any]]]":
        meta = self._model._meta  # noqa: SLF001 - Django's documented name
        fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
        columns = ", ".join(_quoted(field) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        given = f" RETURNING {_quoted(meta.auto_field)}" if meta.auto_field else ""
        return f"INSERT INTO {self._table()} ({columns}) VALUES ({marks}){given}", fields  # noqa: S608 - our own names

    def _changing(self, names: tuple[str, ...]) -> "tuple[str, list[models.Field[Any, Any]]]":
        meta = self._model._meta  # noqa: SLF001 - Django's documented name
        fields = [field for field in map(meta.get_field, names) if isinstance(field, models.Field)]
        changes = ", ".join(f"{_quoted(field)} = %s" for field in fields)
        return f"UPDATE {self._table()} SET {changes} WHERE {_quoted(meta.pk)} = %s", [*fields, meta.pk]  # noqa: S608 - the same

    def _table(self) -> str:
        return _store().ops.quote_name(self._model._meta.db_table)  # noqa: SLF001 - Django's documented name

    def _existing(self, row: Row | None) -> Row:
        if row is None:
            raise self._model.DoesNotExist  # type: ignore[attr-defined] # each model has its own
        return row

    def _read(self, key: Any, *, is_held: bool) -> Row | None:
        store, statement = _store(), self._statement(is_held=is_held)
        found = statement.rows(key, store)
        return statement.row(found[0], store) if found else None

    @cached_property
    def _asking(self) -> str:
        return f"SELECT 1 FROM {self._table()} WHERE {_quoted(self._field())} = %s LIMIT 1"  # noqa: S608 - our own names

    def _statement(self, *, is_held: bool) -> "_Statement":
        found = self._statements.get(is_held)
        if found is None:
            found = self._statements[is_held] = self._compose(is_held)
        return found

    def _compose(self, is_held: bool) -> "_Statement":
        rows = self._model._default_manager.all()  # noqa: SLF001 - Django's documented name
        # With a piece of SQL on its right side the comparison leaves the place of the key open.
        rows = rows.filter(**{self._column: RawSQL("%s", [None])})
        rows = rows.select_related(*self._along) if self._along else rows
        column = self._field()
        rows = rows.order_by() if column.unique else rows
        return _Statement.of(rows.select_for_update(of=["self"]) if is_held else rows, column)

    def _field(self) -> "models.Field[Any, Any]":
        meta = self._model._meta  # noqa: SLF001 - Django's documented name
        found = meta.pk if self._column == "pk" else meta.get_field(self._column)
        assert isinstance(found, models.Field)
        return found


def _store() -> BaseDatabaseWrapper:
    """Return this thread's connection. `django.db.connection` would look for it at each of a row's fields."""
    return connections[DEFAULT_DB_ALIAS]


def _stored(
    row: models.Model, fields: "Sequence[models.Field[Any, Any]]", store: BaseDatabaseWrapper
) -> list[Any]:
    """Return what the row holds in these fields, as the store keeps it."""
    return [field.get_db_prep_save(getattr(row, field.attname), store) for field in fields]


def _quoted(field: "models.Field[Any, Any]") -> str:
    return _store().ops.quote_name(str(field.column))


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
        store = _store()
        compiler = rows.query.get_compiler(connection=store)
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
            populators=get_related_populators(described, selected, store.alias),  # type: ignore[call-arg] # stubs of Django 6
        )

    def rows(self, key: Any, store: BaseDatabaseWrapper) -> list[Sequence[Any]]:
        """Return the values of the rows with that key."""
        if isinstance(key, str) and "\x00" in key:
            return []  # a cookie may say so; no row has such a key, and PostgreSQL takes it for a mistake of ours
        with store.cursor() as cursor:
            cursor.execute(self.sql, [self.column.get_db_prep_value(key, store)])
            found: list[Sequence[Any]] = cursor.fetchall()
            return found

    def row(self, row: Sequence[Any], store: BaseDatabaseWrapper) -> Any:
        """Return the object of a row's values, with those read along with it."""
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, store)
        made = self.model.from_db(store.alias, self.names, values[self.places])
        for populator in self.populators:
            populator.populate(values, made)
        return made
