"""The schema, assembled from the capabilities."""

from functools import cache
from importlib import import_module

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from api import mutations
from api.engine import assembly, types
from api.engine.checks import check
from api.engine.completion import prepare
from api.scalars import SCALARS

CAPABILITIES = (
    "tenants",
    "viewer",
    "keys",
    "organizations",
    "people",
    "history",
    "programs",
    "activities",
    "cohorts",
    "enrollments",
    "sessions",
    "meetings",
    "registrations",
    "attendance",
    "head_counts",
    "communities",
    "memberships",
    "channels",
    "posts",
    "questions",
    "answers",
    "journeys",
    "steps",
    "items",
    "instruments",
    "evaluations",
    "responses",
)


@cache
def schema() -> GraphQLSchema:
    """Built once per process: declared types become the schema, and its planned fields read from their plans."""
    for capability in CAPABILITIES:
        import_module(f"api.{capability}")
    declared = strawberry.Schema(
        query=assembly.assemble(),
        mutation=mutations.assemble(),
        types=[entity.cls for entity in types.ENTITIES.values() if entity.prefix is not None],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    core: GraphQLSchema = declared._schema  # noqa: SLF001 -- the engine works on graphql-core's own schema
    check(core)
    prepare(core)
    return core
