"""Ends a program that dials anything but this computer: put on PYTHONPATH for programs that tests start."""

import os
import sys
from pathlib import Path


def _look(event: str, values: tuple[object, ...]) -> None:
    address = values[1] if event == "socket.connect" and len(values) > 1 else None
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        with Path(os.environ["DIALLED"]).open("a") as file:
            file.write(f"{address[0]}\n")
        os._exit(97)


sys.addaudithook(_look)
