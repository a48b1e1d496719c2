"""The media types of answers, and which of them a client likes best."""

from functools import lru_cache

from api.http.errors import HttpError

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"


@lru_cache(maxsize=256)
def negotiate(accept: str | None) -> str:
    """The media type with the highest quality, then the one the client lists first."""
    best: tuple[float, str] | None = None
    for part in (accept or "*/*").split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        media = JSON if kind in ("*/*", "application/*") else kind
        if media in (RESPONSE, JSON, EVENTS) and quality > 0 and (best is None or quality > best[0]):
            best = (quality, media)
    if best is None:
        raise HttpError(406, f"Answers are {RESPONSE}, {JSON} or {EVENTS}: accept one.", "NOT_ACCEPTABLE")
    return best[1]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
