;; A memory with protection: its first page is of no access, all others are virtual. A table is mapped, written and
;; made read-only, then bytes are translated with it into a page of their own (at most 65,536 of them).
(module
  (memory virtual 4 (noaccess 1))
  (func $prepare
    (local $at i32)
    (drop (memory.map readwrite (i32.const 0x10000) (i32.const 0x20000)))
    (loop $next
      (i32.store8 offset=0x10000 (local.get $at) (i32.xor (i32.mul (local.get $at) (i32.const 3)) (i32.const 0x5a)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 256))))
    (memory.protect read (i32.const 0x10000) (i32.const 0x10000)))
  (func (export "run") (param $length i32) (result i32)
    (local $at i32) (local $byte i32) (local $sum i32)
    (call $prepare)
    (loop $next
      (local.set $byte
        (i32.load8_u offset=0x10000
          (i32.and (i32.add (local.get $byte) (local.get $at)) (i32.const 255))))
      (i32.store8 offset=0x20000 (local.get $at) (local.get $byte))
      (local.set $sum (i32.add (i32.rotl (local.get $sum) (i32.const 1)) (local.get $byte)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $length))))
    (memory.unmap (i32.const 0x10000) (i32.const 0x20000))
    (local.get $sum)))
