"""`collegium run`: everything a newcomer needs, in one process."""

from contextlib import ExitStack

from rich.panel import Panel
from rich.table import Table

import migrations
from collegium import demo, logs
from collegium.database import opened, reached
from collegium.output import err, out, show_json
from collegium.server import listen, serving, stopping, until_stopped, url_of
from collegium.settings import Given

QUESTION = '{"query": "{ viewer { displayName } programs { nodes { title } } }"}'


async def run(*, settings: Given) -> None:
    logs.configure()
    with stopping() as stop, listen(settings) as listener, ExitStack() as meanwhile:
        meanwhile.enter_context(err.status("Preparing the database"))
        async with reached(settings) as addresses:
            await migrations.upgrade(addresses.administrator)
            async with opened(settings) as database:
                key = await demo.prepare(database, settings)
                async with serving(database, settings, listener) as server:
                    meanwhile.close()
                    welcome(url_of(listener), key, json=settings.json)
                    await until_stopped(database, server, stop, worker=True)
    err.print("Stopped.")


def welcome(url: str, key: str, *, json: bool) -> None:
    at_home = url.replace("127.0.0.1", f"{demo.SLUG}.localhost")
    places = {"explorer": f"{at_home}/explorer", "graphql": f"{url}/graphql", "key": key}
    if json:
        show_json(places)
        return
    table = Table.grid(padding=(0, 2))
    table.add_row("Explorer", places["explorer"])
    table.add_row("GraphQL", places["graphql"])
    out.print(Panel(table, title="Collegium is running", title_align="left", expand=False))
    out.print(f"A key for the demo's administrator:\n\n  {key}\n", soft_wrap=True)
    out.print("Ask from another terminal:\n", soft_wrap=True)
    out.print(curl(places["graphql"], key) + "\n", soft_wrap=True, markup=False)
    out.print(
        "Next: open the explorer and paste the key; or run `.venv/bin/collegium tour` to watch a whole program played "
        "through.\nStop with Ctrl-C.",
        soft_wrap=True,
    )


def curl(url: str, key: str) -> str:
    return f"curl -s {url} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{QUESTION}'"
