"""What a suite says: each of its functions is a sentence, and holds or does not."""

import asyncio
import inspect
import json
import os
import traceback

TOLD = json.loads(os.environ["COLLEGIUM_SERVER"])
URL = TOLD["url"]


def signed_in(role):
    return {"authorization": f"Bearer {TOLD['keys'][role]}"}


def say(*functions):
    passed, failed = [], []
    for function in functions:
        name = function.__name__.replace("_", " ")
        try:
            done = function()
            if inspect.isawaitable(done):
                asyncio.run(awaited(done))
        except Exception:  # noqa: BLE001 -- it is told
            failed.append({"name": name, "why": traceback.format_exc()})
        else:
            passed.append(name)
    print(json.dumps({"passed": passed, "failed": failed}))  # noqa: T201 -- this is how it is told


async def awaited(done):
    return await done
