"""A ring buffer without an edge: the same 64 KiB of the host stand twice in a row in the guest's memory.

    python ring.py

A message that runs over the end of the first is at the start of it, so the guest reads and writes messages with a
plain memory.copy, wherever they lie. The host has the same bytes as a bytearray.
"""

import quire

GUEST = """
(module
  (memory (export "memory") virtual 4)
  (data (i32.const 0) (prot readwrite) "a message that the guest puts into the ring; ")
  (global $ring i32 (i32.const 0x10000))
  (global $tail (mut i32) (i32.const 0))

  ;; Append the first `size` bytes of the memory, in one piece; where the ring now ends.
  (func (export "put") (param $size i32) (result i32)
    (memory.copy (i32.add (global.get $ring) (global.get $tail)) (i32.const 0) (local.get $size))
    (global.set $tail (i32.and (i32.add (global.get $tail) (local.get $size)) (i32.const 0xffff)))
    (global.get $tail)))
"""


def main() -> None:
    """Send messages round the ring until one runs over its end."""
    ring = bytearray(1 << 16)
    guest = quire.instantiate(GUEST)
    memory, put = guest.exports.memory, guest.exports.put
    for address in (0x10000, 0x20000):
        memory.map_object(ring, address, sharing="share")
    for region in memory.regions():
        shared = ", shared with the host" if region.shared_with_host else ""
        print(f"{region.start:#07x}-{region.end - 1:#07x} {region.state}{shared}")
    size = 45
    ends = [put(size) for _ in range(1457)]
    print(f"the last message begins at {ends[-2]:#x} and ends at {ends[-1]:#x}")
    print("the guest sees:", memory.read(0x10000 + ends[-2], size).decode())
    print("the host has:  ", ring[ends[-2] :].decode(), "...", ring[: ends[-1]].decode())


if __name__ == "__main__":
    main()
