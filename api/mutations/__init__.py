"""Mutations: one command of the domain, in one transaction, answered by a row or by a refusal.

    @mutation("Take a seat in a session.", answers=Registration, refuses=[RegistrationRefused], allow=…)
    async def register_for_session(command: Command, input: RegisterForSessionInput) -> registrations.Registration: …

The decorator names the result union after the mutation and lets the read engine write the payload. With `bulk="…"` it
declares a second mutation for up to 250 inputs at once. Every mutation can be rehearsed (`dryRun`) and be sent again
without being carried out again (`@idempotent`).
"""

from api.mutations.commands import NOBODY, Asked, Command, Told, changes, forbidden, permit
from api.mutations.declaring import ACCESS, MOST_ITEMS, MUTATIONS, assemble, mutation
from api.mutations.refusals import Refused, refusal
from api.mutations.running import ATTEMPTS, LOST_A_RACE

__all__ = [
    "ACCESS",
    "ATTEMPTS",
    "LOST_A_RACE",
    "MOST_ITEMS",
    "MUTATIONS",
    "NOBODY",
    "Asked",
    "Command",
    "Refused",
    "Told",
    "assemble",
    "changes",
    "forbidden",
    "mutation",
    "permit",
    "refusal",
]
