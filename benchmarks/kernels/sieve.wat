;; Loops, branches, locals and a memory: how many primes are below a limit (of at most 65,536).
(module
  (memory 1)
  (func (export "run") (param $limit i32) (result i32)
    (local $n i32) (local $multiple i32) (local $count i32)
    (memory.fill (i32.const 0) (i32.const 1) (local.get $limit))
    (local.set $n (i32.const 2))
    (loop $numbers
      (if (i32.load8_u (local.get $n))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $multiple (i32.mul (local.get $n) (local.get $n)))
          (block $struck
            (br_if $struck (i32.gt_u (local.get $n) (i32.const 255)))
            (loop $strike
              (br_if $struck (i32.ge_u (local.get $multiple) (local.get $limit)))
              (i32.store8 (local.get $multiple) (i32.const 0))
              (local.set $multiple (i32.add (local.get $multiple) (local.get $n)))
              (br $strike)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $numbers (i32.lt_u (local.get $n) (local.get $limit))))
    (local.get $count)))
