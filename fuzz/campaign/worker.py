"""A process that runs batches: `python -m quire.fuzz.campaign.worker`, frames of JSON in, frames of JSON out.

The first frame is the configuration; each further one is the range of a batch, answered by its result.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from quire.fuzz.campaign.batch import run_batch
from quire.fuzz.campaign.cases import Cases, configuration_from
from quire.fuzz.legs.process import LegProcess, leg_command
from quire.fuzz.legs.protocol import frame, read_frame


@contextmanager
def running(names: Sequence[str]) -> Iterator[list[LegProcess]]:
    """Legs by their names; they are ended when the context is left. Raises ValueError for an unknown one."""
    legs = [LegProcess(leg_command(name)) for name in names]
    try:
        yield legs
    finally:
        for leg in legs:
            leg.close()


def work(source: BinaryIO, sink: BinaryIO) -> int:
    """Run batches until the input ends."""
    first = read_frame(source)
    if first is None:
        return 0
    cases = Cases(configuration_from(json.loads(first)))
    with running(cases.configuration.legs) as legs:
        while (data := read_frame(source)) is not None:
            low, high = json.loads(data)["range"]
            sink.write(frame(run_batch(cases, legs, low, high).as_json()))
            sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(work(sys.stdin.buffer, sys.stdout.buffer))
