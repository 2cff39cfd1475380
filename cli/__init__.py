"""The command `quire`: arguments, limits, exit statuses and messages made for people."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from types import TracebackType

from quire.cli.command import run_command
from quire.cli.failure import DEFECT

OBJECTS = 20_000
"""After how many new objects Python looks for garbage: a module is many objects, and they stay. With Python's own
number such looks are a tenth of the time in which a large program starts.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command with these arguments, those of the process by default; its exit status."""
    sys.excepthook = _report_defect
    gc.set_threshold(OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)  # or Python would look through all of it once more, to no end but the process's
    _prepare_streams()
    return run_command(sys.argv[1:] if arguments is None else arguments)


def _prepare_streams() -> None:
    """Closed standard streams become empty ones, before another file gets their numbers; no name is unprintable."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            setattr(sys, name, os.fdopen(number, mode))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _report_defect(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """What no handler expected is a defect of ours: it is told in one line, and how to see more."""
    import traceback as traces

    if os.environ.get("QUIRE_TRACEBACK"):
        traces.print_exception(kind, error, traceback)
    else:
        hint = "this is a defect of quire; QUIRE_TRACEBACK=1 shows where"
        sys.stderr.write(f"quire: internal error: {kind.__name__}: {error} ({hint})\n")
    sys.stderr.flush()
    os._exit(DEFECT)  # Python itself would say 1, which is the guest's
