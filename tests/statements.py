"""Does a statement name its tenant? In every query level every tenant table is tied to a bind parameter.

Tied means: `tenant_id = $n` at the same level, directly or through equalities of `tenant_id` between its tables.
A predicate of an outer level does not count: a sharded cluster would not send the statement to one shard.
"""

from collections.abc import Iterator
from functools import cache

import sqlglot
from sqlglot import exp
from sqlmodel import SQLModel

from migrations import records

assert records

KEYS = {name: "tenant_id" for name, table in SQLModel.metadata.tables.items() if "tenant_id" in table.c} | {
    "tenant": "id"
}
PLATFORM = {"tenant", "tenant_host"}
SAVEPOINTS = ("SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")
BINDS = (exp.Parameter, exp.Placeholder)


@cache
def untied(statement: str, *, platform: bool = False) -> tuple[str, ...]:
    """The tables of the statement that are not tied to the tenant. `platform`: by the platform's own door."""
    if statement.startswith(SAVEPOINTS):
        return ()
    tree = sqlglot.parse_one(statement, read="postgres")
    ignored = PLATFORM if platform else set()
    found: list[str] = []
    for query in tree.find_all(exp.Select, exp.Update, exp.Delete):
        found += _untied_in(query, ignored)
    for insert in tree.find_all(exp.Insert):
        target = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
        columns = [column.name for column in insert.this.expressions] if isinstance(insert.this, exp.Schema) else []
        if target.name in KEYS and target.name not in PLATFORM and "tenant_id" not in columns:
            found.append(f"{target.name}: inserted without its tenant")
    return tuple(found)


def _untied_in(query: exp.Expression, ignored: set[str]) -> list[str]:
    tables = {table.alias_or_name: table.name for table in _own(query, exp.Table) if table.name in KEYS}
    tables = {alias: name for alias, name in tables.items() if name not in ignored}
    group = {alias: alias for alias in tables}

    def root(alias: str) -> str:
        while group[alias] != alias:
            alias = group[alias]
        return alias

    pinned: set[str] = set()
    for condition in _conditions(query):
        if not isinstance(condition, exp.EQ):
            continue
        left, right = (_tenant_of(side, tables) for side in (condition.left, condition.right))
        if left and right:
            group[root(left)] = root(right)
        elif left and _is_bind(condition.right):
            pinned.add(left)
        elif right and _is_bind(condition.left):
            pinned.add(right)
    tied = {root(alias) for alias in pinned}
    return [f"{name} as {alias}: not tied to the tenant" for alias, name in tables.items() if root(alias) not in tied]


def _own(query: exp.Expression, kind: type[exp.Expression]) -> Iterator[exp.Expression]:
    """The nodes of this level, without those of queries within it."""
    for child in query.iter_expressions():
        if isinstance(child, exp.Select | exp.SetOperation | exp.Insert | exp.Update | exp.Delete):
            continue
        if isinstance(child, kind):
            yield child
        yield from _own(child, kind)


def _conditions(query: exp.Expression) -> Iterator[exp.Expression]:
    where = query.args.get("where")
    if where is not None:
        yield from _conjuncts(where.this)
    for join in _own(query, exp.Join):
        if join.args.get("on") is not None:
            yield from _conjuncts(join.args["on"])


def _conjuncts(condition: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    else:
        yield condition


def _tenant_of(side: exp.Expression, tables: dict[str, str]) -> str | None:
    side = _bare(side)
    if not isinstance(side, exp.Column):
        return None
    alias = side.table or (next(iter(tables)) if len(tables) == 1 else "")
    return alias if alias in tables and side.name == KEYS[tables[alias]] else None


def _is_bind(side: exp.Expression) -> bool:
    return isinstance(_bare(side), BINDS)


def _bare(side: exp.Expression) -> exp.Expression:
    while isinstance(side, exp.Cast | exp.Paren):
        side = side.this
    return side
