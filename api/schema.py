"""The schema, assembled from the capabilities."""

from functools import cache
from importlib import import_module
from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, Undefined
from strawberry.schema.config import StrawberryConfig

from api import mutations
from api.engine import assembly, types, weights
from api.engine.checks import check
from api.engine.completion import prepare
from api.engine.idempotent import IDEMPOTENT
from api.scalars import SCALARS

CAPABILITIES = (
    "tenants.tenants",
    "tenants.viewer",
    "tenants.keys",
    "tenants.documents",
    "custom.fields",
    "custom.values",
    "people.organizations",
    "people.people",
    "history",
    "costs",
    "programs.programs",
    "journeys.activities",
    "programs.cohorts",
    "programs.enrollments",
    "sessions.sessions",
    "sessions.upserts",
    "sessions.meetings",
    "sessions.registrations",
    "sessions.registration_changes",
    "sessions.attendance",
    "sessions.head_counts",
    "communities.communities",
    "communities.memberships",
    "communities.channels",
    "communities.posts",
    "communities.new_posts",
    "communities.questions",
    "communities.answers",
    "journeys.journeys",
    "journeys.steps",
    "journeys.due_steps",
    "evaluations.items",
    "evaluations.instruments",
    "evaluations.evaluations",
    "evaluations.responses",
    "exports.exports",
)


@cache
def schema() -> GraphQLSchema:
    """Built once per process: declared types become the schema, and its planned fields read from their plans."""
    for capability in CAPABILITIES:
        import_module(f"api.{capability}")
    declared = strawberry.Schema(
        query=assembly.assemble(),
        mutation=mutations.assemble(),
        subscription=assembly.assemble_changes(),
        types=[entity.cls for entity in types.ENTITIES.values() if entity.prefix is not None],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    core: GraphQLSchema = declared._schema  # noqa: SLF001 -- the engine works on graphql-core's own schema
    core.directives = (*core.directives, IDEMPOTENT)
    _drop_null_defaults(core)
    check(core)
    prepare(core)
    weights.declare(core)
    return core


def _drop_null_defaults(core: GraphQLSchema) -> None:
    """What may be left out says so by its type; `= null` behind each of them would only be noise."""
    for kind in core.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            optional: list[Any] = list(kind.fields.values())
        elif isinstance(kind, GraphQLObjectType):
            optional = [argument for field in kind.fields.values() for argument in field.args.values()]
        else:
            continue
        for value in optional:
            if value.default_value is None:
                value.default_value = Undefined
