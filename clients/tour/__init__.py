"""The tour: a foreign program that plays a whole program of blended learning, only through GraphQL over HTTP.

It knows the server's address and two tenants' keys, creates all else itself, and compares every number that comes back
with the one it has worked out by itself. After every step the second tenant looks for what the first has, and must find
nothing.
"""

from clients.tour.graphql import Seat
from clients.tour.play import play
from clients.tour.steps import Check, Step

__all__ = ["Check", "Seat", "Step", "play"]
