"""Refusals as the schema's data."""

from typing import Any

import strawberry

from tenants.records import Word
from tenants.refusals import Refused as DomainRefused


@strawberry.interface(description="The request was understood, and the answer is no. Nothing was changed.")
class Refused:
    message: str = strawberry.field(description="For people: what is wrong, and what to do.")
    code: str = strawberry.field(description="For programs: the reason as text.")
    field: str | None = strawberry.field(
        description="The input field at fault, where there is one; in a bulk mutation, of this item."
    )
    retryable: bool = strawberry.field(description="Whether the same request may succeed later without a change.")


_TYPES: dict[type[DomainRefused[Any]], type] = {}
_NAMED: dict[str, tuple[type[DomainRefused[Any]], type[Word]]] = {}


def refusal(name: str, exception: type[DomainRefused[Any]], reasons: type[Word], description: str) -> Any:  # noqa: ANN401 -- a type of the schema
    """The schema's type for a capability's refusals."""
    reason = strawberry.field(description="Why.")
    cls = type(name, (Refused,), {"__annotations__": {"reason": reasons}, "reason": reason})
    _TYPES[exception] = strawberry.type(cls, description=description)
    _NAMED[name] = (exception, reasons)
    return cls


def answered(no: DomainRefused[Any]) -> Any:  # noqa: ANN401 -- a type of the schema
    """The refusal as it is answered."""
    return _TYPES[type(no)](
        message=no.message, code=no.reason.value, field=no.field, retryable=no.retryable, reason=no.reason
    )


def frozen(no: DomainRefused[Any]) -> dict[str, Any]:
    """The refusal as JSON."""
    named = {"type": _TYPES[type(no)].__name__, "reason": no.reason.value}
    return {**named, "message": no.message, "field": no.field, "retryable": no.retryable}


def thawed(said: dict[str, Any]) -> DomainRefused[Any]:
    """The refusal that was frozen."""
    exception, reasons = _NAMED[said["type"]]
    return exception(reasons(said["reason"]), said["message"], field=said["field"], retryable=said["retryable"])
