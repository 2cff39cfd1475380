;; Bytes and counters in a memory: how often each byte is in pseudorandom text, and a checksum of that. All of it is in
;; the second page: nothing touches the first. 65536: the counters, 66560: the text, of at most 64,000 bytes.
(module
  (memory 3)
  (func $fill (param $length i32)
    (local $at i32) (local $random i32)
    (local.set $random (i32.const 12345))
    (loop $next
      (local.set $random
        (i32.add (i32.mul (local.get $random) (i32.const 1103515245)) (i32.const 12345)))
      (i32.store8 offset=66560 (local.get $at) (i32.shr_u (local.get $random) (i32.const 16)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $length)))))
  (func $count (param $length i32)
    (local $at i32) (local $counter i32)
    (loop $next
      (local.set $counter (i32.shl (i32.load8_u offset=66560 (local.get $at)) (i32.const 2)))
      (i32.store offset=65536 (local.get $counter)
        (i32.add (i32.load offset=65536 (local.get $counter)) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $length)))))
  (func (export "run") (param $length i32) (result i32)
    (local $at i32) (local $sum i32)
    (memory.fill (i32.const 65536) (i32.const 0) (i32.const 1024))
    (call $fill (local.get $length))
    (call $count (local.get $length))
    (loop $next
      (local.set $sum
        (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (i32.load offset=65536 (i32.shl (local.get $at) (i32.const 2)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 256))))
    (local.get $sum)))
