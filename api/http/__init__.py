"""GraphQL over HTTP: from a request's bytes to an operation, and from an answer to a response.

`asking` reads the request, `media` chooses the form of the answer, `endpoint` goes the whole way, `errors` says what is
wrong where there is no answer.
"""

from api.http.asking import MAX_BODY
from api.http.endpoint import Endpoint
from api.http.errors import HttpError, failed, not_served

__all__ = ["MAX_BODY", "Endpoint", "HttpError", "failed", "not_served"]
