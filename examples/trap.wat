;; Reads past the end of its memory, on purpose: `quire run --invoke main` says where, at which address, and who called.
(module $trap
  (memory $heap 1)
  (func $sum (param $from i32) (param $count i32) (result i32)
    (local $total i32)
    (loop $next
      (local.set $total (i32.add (local.get $total) (i32.load (local.get $from))))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $total))
  (func $main (export "main") (result i32)
    (call $sum (i32.const 0xfff0) (i32.const 5))))
