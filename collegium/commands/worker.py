"""`collegium worker`."""

from collegium import logs
from collegium.database import opened
from collegium.output import err
from collegium.server import stopping, work
from collegium.settings import Given


async def worker(*, settings: Given) -> None:
    logs.configure()
    with stopping() as stop:
        async with opened(settings) as database:
            err.print("Visiting every tenant, every second. Stop with Ctrl-C.", soft_wrap=True)
            await work(database, stop)
    err.print("Stopped.")
