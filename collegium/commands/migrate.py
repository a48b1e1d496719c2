"""`collegium migrate`."""

import migrations
from collegium.database import reached
from collegium.output import Answer
from collegium.settings import Given


async def migrate(*, settings: Given) -> Answer:
    async with reached(settings) as addresses:
        await migrations.upgrade(addresses.administrator)
        revision = await migrations.revision(addresses.administrator)
    return Answer({"revision": revision}, f"The database is ready, at revision {revision}.")
