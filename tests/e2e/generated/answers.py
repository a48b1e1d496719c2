"""What is wrong with an answer, whatever was asked."""

import json
import re

from tests.e2e.answered import OURS_ALONE
from tests.e2e.generated.fitting import misfits
from tests.processes import REPOSITORY

LIMITS = (REPOSITORY / "docs" / "limits.md").read_text()
KNOWN = {
    "BAD_USER_INPUT",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "IDEMPOTENCY_KEY_REUSED",
    "UNAUTHENTICATED",
    *re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", LIMITS),
} - {"RATE_LIMITED", "TOO_SLOW"}
"""What a client may do wrong, limits by their page. Nobody here has to wait, and nothing takes long."""


def faults(status, body, source, variables, met=None):
    """Errors that are faults of ours, words that only what lies below the API uses, and data that don't fit.

    `met` learns of which types which fields were there.
    """
    errors, data = body.get("errors", []), body.get("data")
    said = [*errors, *refusals(data)]
    leaks = [(one, OURS_ALONE.search(json.dumps(told(one), ensure_ascii=False))) for one in said]
    found = [
        *(f"a fault of ours: {error}" for error in errors if error.get("extensions", {}).get("code") not in KNOWN),
        *(f"'{leak[0]}' is no word for clients: {one}" for one, leak in leaks if leak),
    ]
    if status not in (200, 400, 413) or body.keys() - {"data", "errors", "extensions"}:
        found.append(f"no answer of GraphQL: {status} {sorted(body)}")
    if data is None:
        return found if errors else [*found, "neither data nor errors"]
    return [*found, *(f"data that don't fit: {one}" for one in misfits(source, variables, data, met))]


def told(said):
    """The words of an error or a refusal, without where it is: places name the client's own aliases."""
    return {key: value for key, value in said.items() if key not in ("path", "locations")}


def refusals(data):
    """Every refusal in the data, wherever it stands."""
    if isinstance(data, list):
        return [one for item in data for one in refusals(item)]
    if not isinstance(data, dict):
        return []
    own = [data] if data.get("__typename", "").endswith("Refused") else []
    return own + [one for value in data.values() for one in refusals(value)]
