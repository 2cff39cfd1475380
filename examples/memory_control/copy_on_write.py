"""A file in a guest's memory, without a copy loop and without a right to the file: what the guest writes is its own.

    python copy_on_write.py FILE

The guest sorts the letters of the file in place; the file stays what it was. Then it makes the pages read-only, and
tries again.
"""

import sys
from pathlib import Path

import quire

GUEST = """
(module $sorter
  (memory $heap (export "memory") virtual 16)

  ;; Insertion sort of bytes.
  (func $sort (export "sort") (param $start i32) (param $size i32) (local $i i32) (local $j i32) (local $byte i32)
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.ge_u (local.get $i) (local.get $size)) (then (return)))
      (local.set $byte (i32.load8_u (i32.add (local.get $start) (local.get $i))))
      (local.set $j (i32.add (local.get $start) (local.get $i)))
      (block $found (loop $move
        (br_if $found (i32.eq (local.get $j) (local.get $start)))
        (br_if $found (i32.le_u (i32.load8_u (i32.sub (local.get $j) (i32.const 1))) (local.get $byte)))
        (i32.store8 (local.get $j) (i32.load8_u (i32.sub (local.get $j) (i32.const 1))))
        (local.set $j (i32.sub (local.get $j) (i32.const 1)))
        (br $move)))
      (i32.store8 (local.get $j) (local.get $byte))
      (br $next)))
  (func $seal (export "seal") (param $start i32) (param $size i32)
    (memory.protect read (local.get $start)
      (i32.and (i32.add (local.get $size) (i32.const 0xffff)) (i32.const -0x10000)))))
"""


def main(file: str) -> None:
    """Sort a file as a guest sees it."""
    path = Path(file)
    size = path.stat().st_size
    guest = quire.instantiate(GUEST)
    memory = guest.exports.memory
    start = memory.map_object(path, 0x40000)
    guest.exports.sort(start, size)
    print("the guest has:", memory.read(start, size).decode().strip())
    print("the file has: ", path.read_text().strip())
    guest.exports.seal(start, size)
    try:
        guest.exports.sort(start, size)
    except quire.Trap as trap:
        print(trap)


if __name__ == "__main__":
    main(*sys.argv[1:])
