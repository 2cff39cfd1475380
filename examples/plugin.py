"""A program with plugins: untrusted code that gets text and gives text back, with limits on time and memory.

python examples/plugin.py
"""

import quire

ROT13 = """
(module
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (func $letter (param $byte i32) (param $first i32) (result i32)
    (i32.add (local.get $first)
      (i32.rem_u (i32.add (i32.sub (local.get $byte) (local.get $first)) (i32.const 13)) (i32.const 26))))
  (func (export "transform") (param $at i32) (param $length i32)
    (local $end i32) (local $byte i32)
    (call $log (local.get $at) (local.get $length))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x61)) (i32.const 26))
          (then (i32.store8 (local.get $at) (call $letter (local.get $byte) (i32.const 0x61)))))
        (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x41)) (i32.const 26))
          (then (i32.store8 (local.get $at) (call $letter (local.get $byte) (i32.const 0x41)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
  (func (export "hang") (loop (br 0)))
  (func (export "crash") (drop (i32.load (i32.const 0x10000)))))
"""


@quire.access_caller
def log(caller: quire.Caller, address: int, length: int) -> None:
    """What the plugin says, taken from its own memory."""
    print("plugin got:", caller["memory"].read(address, length).decode())


plugin = quire.instantiate(ROT13, {"host": {"log": log}}, limits=quire.Limits(timeout=1, memory=1 << 20))
memory, text = plugin.exports.memory, b"Hello from the guest"
memory.write(0, text)
plugin.exports.transform(0, len(text))
print("plugin gave:", memory.read(0, len(text)).decode())

for name in ("crash", "hang"):
    try:
        plugin.exports[name]()
    except (quire.Trap, quire.Exhausted) as error:
        print(f"{name}: {error}")
