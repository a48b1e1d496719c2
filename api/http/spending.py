"""What a request costs, and who pays for it: settled before anything of it runs."""

import orjson
from graphql import GraphQLError

from api.engine.documents import Document, RequestError
from api.engine.limits import MAX_COST, check_variables, refused
from tenants.allowances import WINDOW, Allowances, SpentError, Standing
from tenants.viewer import Viewer

REFUSED = 10
"""What it costs to be told what is wrong with a document."""
CLOSED = (
    "The schema is not open to visitors: sign in to read it, or ask the tenant's administrator to open it by "
    "`updateTenant(input: {openIntrospection: true})`."
)


async def spend(allowances: Allowances, document: Document, variables: dict[str, object], viewer: Viewer) -> Standing:
    """Pay for a request. A RequestError where it may not be made at all, a SpentError where it has to wait."""
    if document.introspects and not (viewer.signed_in or viewer.tenant.open_introspection):
        raise RequestError([refused("INTROSPECTION_CLOSED", CLOSED)])
    try:
        check_variables(variables)
    except GraphQLError as error:
        raise RequestError([error]) from None
    cost = document.cost.of(variables)
    if cost > MAX_COST:
        raise _too_dear(cost, MAX_COST)
    try:
        return await allowances.spend(viewer, cost)
    except SpentError as spent:
        if spent.never:
            raise _too_dear(cost, spent.standing.burst) from None
        raise


def _too_dear(cost: int, most: int) -> RequestError:
    message = (
        f"This operation would cost {cost:,}, and one may cost at most {most:,}. Ask for fewer rows at once, or in "
        "several requests; the query `cost` tells what a document costs, field by field."
    )
    return RequestError([GraphQLError(message, extensions={"code": "COST_TOO_HIGH", "cost": cost, "limit": most})])


def told(standing: Standing) -> bytes:
    """What an answer's `extensions` say of it."""
    return (
        b'"extensions":{"cost":{"requested":%d,"available":%d,"burst":%d,"perSecond":%d}}'
        % (standing.requested, standing.available, standing.burst, standing.per_second)
    )  # fmt: skip


def headers_of(standing: Standing) -> list[tuple[bytes, bytes]]:
    """As the IETF's draft on RateLimit header fields has them."""
    return [
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (standing.burst, WINDOW)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (standing.available, standing.full_in)),
    ]


def wait_body(spent: SpentError) -> bytes:
    """What is told to whoever has nothing left."""
    standing = spent.standing
    message = (
        f"Your allowance is spent: this costs {standing.requested:,}, and {standing.available:,} is left of "
        f"{standing.burst:,}. It fills by {standing.per_second:,} a second: try again in {spent.retry_after} seconds."
    )
    extensions = {"code": "RATE_LIMITED", "retryAfter": spent.retry_after}
    errors = orjson.dumps([{"message": message, "extensions": extensions}])
    return b'{"errors":' + errors + b"," + told(standing) + b"}"
