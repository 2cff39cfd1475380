"""WASI preview 1 for command-line programs: host functions behind a sandbox. Knows the runtime, not the text."""

if not __name__.startswith("quire."):
    raise ImportError(f"import quire.{__name__}: under its bare name this package would be loaded twice")

from quire.wasi.clocks import Clock as Clock
from quire.wasi.clocks import ClockId as ClockId
from quire.wasi.errors import Errno as Errno
from quire.wasi.errors import Exit as Exit
from quire.wasi.system import Wasi as Wasi
from quire.wasi.table import FUNCTIONS as FUNCTIONS
from quire.wasi.table import MODULE as MODULE
