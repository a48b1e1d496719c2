"""The considered "no"."""

from typing import Generic, TypeVar

from tenants.records import Word

R = TypeVar("R", bound=Word)


class Refused(Exception, Generic[R]):  # noqa: N818 -- an answer of the business, not a fault of the program
    """The domain said no, and says why. The transaction is rolled back.

    `message` is for people: what is wrong and what to do. `field` is the input field at fault, as the schema spells it.
    `retryable` says that the same request may succeed later without a change.
    """

    def __init__(self, reason: R, message: str, *, field: str | None = None, retryable: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field
        self.retryable = retryable
