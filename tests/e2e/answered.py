"""Answers to bad input: whether they are clear, and whether they keep to themselves what lies below the API."""

import json
import re
from dataclasses import dataclass

from tests.attacks import Path
from tests.e2e.conftest import Client

OURS_ALONE = re.compile(
    r"""\b(select|insert|delete\ from|update\ \w+\ set|constraint|violates|duplicate\ key|relation|column|sqlstate
    |asyncpg|sqlalchemy|psycopg|postgres\w*|traceback|graphql_core|strawberry|nonetype|decimal\.|datetime\.|uuid\()\b
    |[a-z](Error|Exception)\b|\w_(key|check|idx|pkey|fkey)\b|\bobject\ at\ 0x|\bhas\ no\ attribute|unhashable
    |File\ \\?"|\bline\ \d+,\ in\b|INTERNAL_SERVER_ERROR""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words that only what lies below the API uses."""


@dataclass
class Answered:
    """What was answered to the field `name` of an operation."""

    body: dict
    name: str

    @property
    def payload(self):
        """The answer; of many, the first of them."""
        answer = (self.body.get("data") or {}).get(self.name)
        if not isinstance(answer, list):
            return answer
        return answer[0] if answer else {}

    @property
    def accepted(self):
        return "errors" not in self.body and self.payload is not None and "retryable" not in self.payload

    @property
    def no(self):
        """What errors and refusal say, without where and what the data hold."""
        if "errors" in self.body:
            return [{key: error[key] for key in ("message", "extensions")} for error in self.body["errors"]]
        return [self.payload]

    @property
    def leak(self):
        """What of the answer's "no" is no word for clients."""
        found = OURS_ALONE.search(json.dumps(self.no, ensure_ascii=False))
        return found and found[0]

    def names(self, path: Path) -> bool:
        """Whether the "no" names the place, or what it lies in, or what lies in it."""
        if "errors" not in self.body:
            steps = path[3:] if isinstance(self.body["data"][self.name], list) else path[1:]
            place, field = ".".join(str(step) for step in steps), self.payload["field"] or "?"
            if field.startswith("customFields.") and "customFields" in path:
                return True  # told by its key, whatever its number
            word = str(path[-1]).removesuffix("Id").lower()
            return place.startswith(field) or field.startswith(place) or word in self.payload["message"].lower()
        if [error["extensions"]["code"] for error in self.no] == ["CONTENT_TOO_LARGE"]:
            return True  # the request as a whole
        message = " ".join(error["message"] for error in self.no)
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[1:]]
        ways = [str(path[0]) + "".join(steps[:count]) for count in range(len(steps) + 1)]
        return any(way in message for way in ways) or f"`{path[-1]}`" in message


def said(response):
    """The response's body without what it says of costs."""
    body = response.json()
    body.pop("extensions", None)
    return body


async def ask(client: Client, text, variables, name) -> Answered:
    """JSON as a client may write it: any text, escaped."""
    response = await client.http.post(
        "/graphql",
        content=json.dumps({"query": text, "variables": variables}),
        headers={"host": client.host, "content-type": "application/json", **client.headers},
    )
    assert response.status_code in (200, 400, 413), response.text
    return Answered(response.json(), name)


def problem(response):
    """The status, and the one error's code and message; JSON without `data`, as every error of a request is."""
    assert response.headers["content-type"].endswith("json; charset=utf-8")
    body = response.json()
    assert body.keys() <= {"errors", "extensions"}
    [error] = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]
