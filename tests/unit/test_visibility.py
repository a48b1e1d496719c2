"""Whoever sees a row sees the rows that it must refer to; else a whole answer would break at a hidden one."""

from graphql import is_non_null_type

from api.engine.fields import ToOne
from api.engine.types import CHANGES, ENTITIES
from api.schema import schema


def required():
    """Every non-null reference: where it stands, and what it refers to.

    Not those of changes: nobody is told of a change to a row that they don't see.
    """
    core = schema()
    told = {change.entity for change in CHANGES.values()}
    for entity in [entity for entity in ENTITIES.values() if entity.name not in told]:
        for name, (_, declared) in entity.by_name.items():
            field = core.type_map[entity.name].fields[name]
            if isinstance(declared, ToOne) and is_non_null_type(field.type):
                yield entity, name, ENTITIES[field.type.of_type.name]


def test_an_app_sees_what_its_rows_must_refer_to():
    hidden = {
        f"{entity.name}.{name}": sorted(missing)
        for entity, name, target in required()
        if (missing := entity.visible.scopes - target.visible.scopes)
    }

    assert hidden == {}


def test_a_role_sees_what_its_rows_must_refer_to():
    hidden = {
        f"{entity.name}.{name}": sorted(missing)
        for entity, name, target in required()
        if (missing := entity.visible.roles - target.visible.roles)
    }

    assert hidden == {}
