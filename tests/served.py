"""The server alone, as a process of its own: `python -m tests.served ADDRESS_OF_THE_DATABASE`. It says where it is."""

import sys

import uvloop

from collegium import logs
from collegium.server import listen, serving, stopping, until_stopped, url_of
from collegium.settings import Settings
from tenants.database import Database


async def serve(database_url):
    logs.configure()
    settings = Settings(port=0)
    database = Database(database_url)
    with stopping() as stop, listen(settings) as listener:
        async with serving(database, settings, listener, explorer=False) as server:
            print(f"Serving {url_of(listener)}/graphql", flush=True)  # noqa: T201 -- this is how it is found
            await until_stopped(database, server, stop, worker=False)
    await database.close()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
