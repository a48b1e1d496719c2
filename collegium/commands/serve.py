"""`collegium serve`."""

from typing import Annotated

from cyclopts import Parameter

from collegium import logs
from collegium.database import opened
from collegium.output import err, show_json
from collegium.server import listen, serving, stopping, until_stopped, url_of
from collegium.settings import Given


async def serve(*, worker: Annotated[bool, Parameter(negative="--no-worker")] = True, settings: Given) -> None:
    """Until Ctrl-C or SIGTERM.

    Parameters
    ----------
    worker
        Also let happen what is due. Leave it to separate workers with --no-worker.
    """
    logs.configure()
    with stopping() as stop, listen(settings) as listener:
        url = url_of(listener)
        async with opened(settings) as database, serving(database, settings, listener) as server:
            if settings.json:
                show_json({"explorer": f"{url}/explorer", "graphql": f"{url}/graphql"})
            err.print(f"Serving {url}/graphql and {url}/explorer. Stop with Ctrl-C.", soft_wrap=True)
            await until_stopped(database, server, stop, worker=worker)
    err.print("Stopped.")
