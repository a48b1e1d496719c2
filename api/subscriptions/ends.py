"""Ends: why a stream, or a connection with all of its streams, is over before its client wished."""

from typing import Any

import orjson

from api.signin import SignInError


class EndedError(Exception):
    """An error as GraphQL writes it. `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def formatted(self, position: str | None = None) -> dict[str, Any]:
        """`position`: up to where all was told, so that the client can go on from there."""
        more = {} if position is None else {"position": position}
        return {"message": self.message, "extensions": {"code": self.code, **more}}


def body_of(*errors: Any) -> bytes:  # noqa: ANN401 -- errors as GraphQL writes them
    return orjson.dumps({"errors": errors})


def too_slow() -> EndedError:
    return EndedError(
        "SLOW_CONSUMER",
        "More happens than you take. Go on by `after` with the position given here, and take faster or ask for less.",
    )


def restarting() -> EndedError:
    return EndedError("SERVER_RESTARTING", "This server ends. Connect again, and go on by `after`.")


def failed() -> EndedError:
    return EndedError("INTERNAL_SERVER_ERROR", "Something went wrong on our side. Subscribe again, by `after`.")


def too_many_connections(most: int) -> EndedError:
    return EndedError(
        "TOO_MANY_CONNECTIONS",
        f"You have {most:,} connections open, as many as you may. Close some, or share one among subscriptions.",
    )


def too_many_subscriptions(most: int) -> EndedError:
    return EndedError(
        "TOO_MANY_SUBSCRIPTIONS", f"You have {most:,} subscriptions, which is as many as you may. End some first."
    )


def too_many_operations(most: int) -> EndedError:
    return EndedError("TOO_MANY_OPERATIONS", f"One connection carries at most {most:,} operations at a time.")


def signed_out(error: SignInError) -> EndedError:
    return EndedError(error.code, error.message)
