"""The binary format, both ways: bytes to Module and back. Spec: binary"""

from quire.engine.binary.decode import decode, decode_known
from quire.engine.binary.encode import encode

__all__ = ["decode", "decode_known", "encode"]
