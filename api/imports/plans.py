"""Plans: a TOML file that says which file and which columns become which record and field."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from api.imports.records import AnyShape
from api.imports.rows import BUILT_IN, PlanError, Row, listed
from api.imports.sources import Source
from api.imports.values.formulas import Formula
from api.imports.values.templates import Part, Template

Place = tuple[str | int, ...]


class Plan(BaseModel):
    """`records` are written once, before the sources are read; `sources` one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str = "UTC"
    tables: dict[str, dict[str, str]] = Field(default_factory=dict)
    lists: dict[str, list[str]] = Field(default_factory=dict)
    records: list[AnyShape] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"'{zone}' is no IANA time zone; use a name such as 'Europe/Zurich'")
        return zone

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.records and not self.sources:
            raise ValueError("a plan needs [[sources]], or [[records]] of its own")
        return self


def read(path: Path) -> Plan:
    """The plan, or what is wrong with it and where."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise PlanError(f"The plan {path} can't be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise PlanError(f"The plan {path} is not written in UTF-8.") from None
    except tomllib.TOMLDecodeError as fault:
        raise PlanError(f"{path}: this is no TOML: {fault}.") from None
    context = {name: found for name in ("tables", "lists") if isinstance(found := said.get(name), dict)}
    try:
        plan = Plan.model_validate(said, context={**context, "time_zone": said.get("time_zone", "UTC")})
    except ValidationError as fault:
        raise PlanError("\n".join(f"{path}: {_told(one, said)}" for one in fault.errors())) from None
    for place, part in _columns(plan.records, ("records",)):
        raise PlanError(f"{path}: {_key(place)}: there is no column '{part.column}'; [[records]] have no row.")
    return plan


def check_columns(path: Path, plan: Plan, source: Source, row: Row) -> None:
    """Refuse a plan that speaks of columns which the file's first row, and so its header, doesn't have.

    Of a table only: elements and JSON objects may each have parts that the first of them lacks.
    """
    if source.kind != "csv":
        return
    header = [column for column in row.cells if column not in BUILT_IN]
    there = {*header, *(name for cut in source.cut for name in cut.pattern.groupindex), *BUILT_IN}
    for place, part in _columns(source, ("sources", plan.sources.index(source))):
        if part.column not in there and not part.dispensable:
            raise PlanError(
                f"{path}: {_key(place)}: {source.file} has no column '{part.column}'; it has {listed(header)}."
            )


def speaks_of(source: Source, column: str) -> bool:
    return any(part.column == column for _, part in _columns(source, ()))


def _columns(node: object, place: Place) -> Iterator[tuple[Place, Part]]:
    """Every column that a part of the plan speaks of, and where."""
    if isinstance(node, Template):
        yield from ((place, part) for part in node.columns)
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            inner = place if isinstance(node, Formula) and name == "of" else (*place, name)
            if name in {"when", "where"}:
                yield from ((inner, Part(column=column)) for column in getattr(node, name) or {})
            else:
                yield from _columns(getattr(node, name), inner)
    elif isinstance(node, Mapping):
        for name, inner_node in node.items():
            yield from _columns(inner_node, (*place, name))
    elif isinstance(node, list | tuple):
        for number, inner_node in enumerate(node):
            yield from _columns(inner_node, (*place, number))


def _told(fault: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    place = _in_plan(fault["loc"], said)
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "there is no such key"
    elif fault["type"] == "missing":
        message = "this key is needed"
    elif fault["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        message = f"`record` says which kind of record it is: {fault['ctx'].get('expected_tags', '')}".rstrip(": ")
    return f"{_key(place)}: {message}" if place else message


def _in_plan(place: Place, said: object) -> Place:
    """Where it stands in the file: without the steps that only the reading takes, such as a record's kind."""
    found: list[str | int] = []
    for number, step in enumerate(place):
        last = number == len(place) - 1
        if isinstance(said, Mapping) and (step in said or last):
            found.append(step)
            said = said.get(step)
        elif isinstance(said, list) and isinstance(step, int) and step < len(said):
            found.append(step)
            said = said[step]
    return tuple(found)


def _key(place: Place) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
