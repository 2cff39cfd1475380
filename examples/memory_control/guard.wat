;; Guard pages: each buffer stands between pages that nobody has mapped, and ends where they begin.
;;
;;     quire run --invoke main guard.wat 40 41
;;
;; makes a buffer of 40 bytes and writes the first 41.
(module $guard
  (memory $heap (export "memory") virtual 64)
  (global $next (mut i32) (i32.const 0x10000))  ;; the first page stays unmapped

  ;; The bytes of the pages that so many bytes want. Some engines trap where a range is not of whole pages.
  (func $rounded (param $size i32) (result i32)
    (i32.and (i32.add (local.get $size) (i32.const 0xffff)) (i32.const -0x10000)))

  ;; The address of `size` new bytes. The last one is the last of its page; the page behind it stays unmapped.
  (func $allocate (param $size i32) (result i32) (local $end i32)
    (local.set $end (i32.add
      (memory.map $heap readwrite (global.get $next) (call $rounded (local.get $size)))
      (call $rounded (local.get $size))))
    (global.set $next (i32.add (local.get $end) (i32.const 0x10000)))
    (i32.sub (local.get $end) (local.get $size)))

  ;; Unmapped again: a pointer that is kept too long is found out too.
  (func $release (param $buffer i32) (param $size i32)
    (memory.unmap $heap (i32.and (local.get $buffer) (i32.const -0x10000)) (call $rounded (local.get $size))))

  (func $write_bytes (param $buffer i32) (param $count i32)
    (loop $again
      (i32.store8 $heap (local.get $buffer) (i32.const 7))
      (local.set $buffer (i32.add (local.get $buffer) (i32.const 1)))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  (func $main (export "main") (param $size i32) (param $written i32) (result i32) (local $buffer i32)
    (drop (call $allocate (i32.const 100000)))  ;; a neighbour, which a plain memory would have let us overwrite
    (local.set $buffer (call $allocate (local.get $size)))
    (call $write_bytes (local.get $buffer) (local.get $written))
    (local.get $buffer))

  (func $after_release (export "after_release") (param $size i32) (result i32) (local $buffer i32)
    (local.set $buffer (call $allocate (local.get $size)))
    (call $release (local.get $buffer) (local.get $size))
    (i32.load8_u $heap (local.get $buffer))))
