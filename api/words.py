"""The domain's closed lists of words, in the schema with a description for every word."""

from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from tenants.records import Word

W = TypeVar("W", bound=type[Word])


def enum(words: W, name: str, description: str, **meanings: str) -> W:
    """The words as an enum of the schema. Each has a meaning."""
    if set(meanings) != set(words.__members__):
        raise TypeError(f"{name}: describe each of {', '.join(words.__members__)}")
    strawberry.enum(words, name=name, description=description)
    definition: StrawberryEnumDefinition = words.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = meanings[value.name]
    return words
