"""`collegium worker`."""

from collegium import logs
from collegium.database import opened
from collegium.output import Answer
from collegium.server import stopping
from collegium.settings import Given
from collegium.sweep import Sweep


async def worker(*, settings: Given) -> Answer:
    """Let happen what is due: prompts are posted, pulses opened, steps become due or overdue.

    `run` and `serve` do this themselves. Start workers where the servers run with --no-worker, as many as you like.
    """
    logs.configure()
    with stopping() as stop:
        async with opened(settings) as database:
            await Sweep(database).until(stop)
    return Answer({"stopped": True}, "Stopped.")
