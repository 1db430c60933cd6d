"""Reads a row by a unique column, with SQL that is composed once.

Django composes the SQL of each query anew. Where one row is read by its key, as a page does a dozen times before it
does anything else, that takes several times as long as the store needs for its answer (benchmarks/README.md).
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
        # By whether the row is held. Composed at the first use: models are not ready when this is made.
        self._statements: dict[bool, _Statement] = {}

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
