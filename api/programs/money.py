"""Money: an amount and its currency, never one without the other."""

from __future__ import annotations

import strawberry

from api.engine.fields import column
from api.engine.types import part


@part
class Money:
    """An amount of money."""

    amount_minor: int = column("The amount in the currency's smallest unit: 12050 for CHF 120.50.", name="price_minor")
    currency: str = column("The currency's ISO 4217 code: `CHF`.", name="price_currency")


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount_minor: int = strawberry.field(
        description="The amount in the currency's smallest unit: 12050 for CHF 120.50."
    )
    currency: str = strawberry.field(description="The currency's ISO 4217 code: `CHF`.")
