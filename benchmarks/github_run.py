"""One run of the action as a process, on a clock that waiting moves on: see `benchmarks.github`."""

from __future__ import annotations

import os
import sys
import time

from lpcac.action.main import action
from lpcac.connectors.github.transport.limits import Timing


def main(tell: int, heard: int) -> int:
    """Run the action; tell what it waits for, and go on when the clock was moved."""
    waited = [0.0]
    with os.fdopen(tell, "w") as waiting, os.fdopen(heard) as done:

        def sleep(seconds: float) -> None:
            waited[0] += seconds
            print(seconds, file=waiting, flush=True)
            done.readline()

        timing = Timing(lambda: time.monotonic() + waited[0], lambda: time.time() + waited[0], sleep)
        return action(timing=timing)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
