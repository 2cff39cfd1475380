"""The errors of WASI: the numbers its functions return, and which of the host's errors becomes which.

This module knows no descriptors and no paths.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class Errno(IntEnum):
    """WASI: errno. The order is the standard's; the names are POSIX's without their E."""

    SUCCESS = 0
    TOOBIG = 1  # E2BIG
    ACCES = 2
    ADDRINUSE = 3
    ADDRNOTAVAIL = 4
    AFNOSUPPORT = 5
    AGAIN = 6
    ALREADY = 7
    BADF = 8
    BADMSG = 9
    BUSY = 10
    CANCELED = 11
    CHILD = 12
    CONNABORTED = 13
    CONNREFUSED = 14
    CONNRESET = 15
    DEADLK = 16
    DESTADDRREQ = 17
    DOM = 18
    DQUOT = 19
    EXIST = 20
    FAULT = 21
    FBIG = 22
    HOSTUNREACH = 23
    IDRM = 24
    ILSEQ = 25
    INPROGRESS = 26
    INTR = 27
    INVAL = 28
    IO = 29
    ISCONN = 30
    ISDIR = 31
    LOOP = 32
    MFILE = 33
    MLINK = 34
    MSGSIZE = 35
    MULTIHOP = 36
    NAMETOOLONG = 37
    NETDOWN = 38
    NETRESET = 39
    NETUNREACH = 40
    NFILE = 41
    NOBUFS = 42
    NODEV = 43
    NOENT = 44
    NOEXEC = 45
    NOLCK = 46
    NOLINK = 47
    NOMEM = 48
    NOMSG = 49
    NOPROTOOPT = 50
    NOSPC = 51
    NOSYS = 52
    NOTCONN = 53
    NOTDIR = 54
    NOTEMPTY = 55
    NOTRECOVERABLE = 56
    NOTSOCK = 57
    NOTSUP = 58
    NOTTY = 59
    NXIO = 60
    OVERFLOW = 61
    OWNERDEAD = 62
    PERM = 63
    PIPE = 64
    PROTO = 65
    PROTONOSUPPORT = 66
    PROTOTYPE = 67
    RANGE = 68
    ROFS = 69
    SPIPE = 70
    SRCH = 71
    STALE = 72
    TIMEDOUT = 73
    TXTBSY = 74
    XDEV = 75
    NOTCAPABLE = 76


class WasiError(Exception):
    """What a function of WASI cannot do; the guest is told `errno` and runs on."""

    def __init__(self, errno: Errno) -> None:
        super().__init__(errno.name.lower())
        self.errno = errno


class Exit(Exception):
    """The guest ended itself. `status` is what it gave proc_exit, 0 to 2**32 - 1."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


_OTHER_NAMES = {"E2BIG": Errno.TOOBIG, "EOPNOTSUPP": Errno.NOTSUP, "EWOULDBLOCK": Errno.AGAIN}
_HOST_NAMES = {f"E{each.name}": each for each in Errno} | _OTHER_NAMES
_FROM_HOST = {getattr(errno, name): each for name, each in _HOST_NAMES.items() if hasattr(errno, name)}


def from_host(error: OSError) -> Errno:
    """The number for an error of the host: io when WASI has none for it, notsup when the host gave none."""
    if error.errno is None:
        return Errno.NOTSUP  # io.UnsupportedOperation, of streams made in Python
    return _FROM_HOST.get(error.errno, Errno.IO)
