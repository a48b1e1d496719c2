"""`python -m clients.tour --url http://127.0.0.1:8000 --first HOST KEY --second HOST KEY`."""

import argparse
import asyncio
import sys

from clients.tour import Seat, play


def main() -> None:
    parser = argparse.ArgumentParser(prog="clients.tour", description="Play a program through against a server.")
    parser.add_argument("--url", required=True, help="where the server is")
    for which in ("first", "second"):
        help_ = f"the {which} tenant's host name, and a key of an administrator of it; both have to be new sandboxes"
        parser.add_argument(f"--{which}", required=True, nargs=2, metavar=("HOST", "KEY"), help=help_)
    given = parser.parse_args()
    sys.exit(asyncio.run(tell(given.url, Seat(*given.first), Seat(*given.second))))


async def tell(url: str, first: Seat, second: Seat) -> int:
    well = True
    async for step in play(url, first, second):
        well = well and step.ok
        sys.stdout.write(f"{step.number:2} {step.title}: {'ok' if step.ok else 'NOT AS IT MUST BE'}\n")
        for check in (*step.first, *step.second):
            if not check.ok:
                sys.stdout.write(f"   {check.what}: expected {check.expected}, came {check.came}\n")
    return 0 if well else 1


if __name__ == "__main__":
    main()
