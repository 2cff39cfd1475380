;; A WASI command: prints the primes below its argument (100 if it has none), ten to a line.
;;
;;     quire run examples/primes.wat 1000
(module $primes
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; 0: the number of arguments and their size, then an iovec; 16: pointers to the arguments; 4096: their text;
  ;; 64 KiB: text on its way out; 128 KiB: a byte for each number, set when it has a divisor.
  (memory (export "memory") 18)
  (data (i32.const 0x40) "usage: primes [LIMIT up to 1000000]\n")

  (global $text i32 (i32.const 0x10000))
  (global $sieve i32 (i32.const 0x20000))
  (global $end (mut i32) (i32.const 0x10000))

  (func $put (param $byte i32)
    (i32.store8 (global.get $end) (local.get $byte))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))

  (func $put_number (param $n i32)
    (if (i32.ge_u (local.get $n) (i32.const 10))
      (then (call $put_number (i32.div_u (local.get $n) (i32.const 10)))))
    (call $put (i32.add (i32.const 0x30) (i32.rem_u (local.get $n) (i32.const 10)))))

  (func $write (param $descriptor i32) (param $from i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $size))
    (if (call $fd_write (local.get $descriptor) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1)))))

  (func $flush
    (call $write (i32.const 1) (global.get $text) (i32.sub (global.get $end) (global.get $text)))
    (global.set $end (global.get $text)))

  (func $usage
    (call $write (i32.const 2) (i32.const 0x40) (i32.const 36))
    (call $proc_exit (i32.const 2))
    unreachable)

  (func $parse (param $from i32) (result i32)
    (local $digit i32) (local $value i32)
    (loop $next
      (local.set $digit (i32.sub (i32.load8_u (local.get $from)) (i32.const 0x30)))
      (if (i32.or (i32.gt_u (local.get $digit) (i32.const 9)) (i32.gt_u (local.get $value) (i32.const 100000)))
        (then (call $usage)))
      (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10)) (local.get $digit)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $next (i32.load8_u (local.get $from))))
    (if (i32.gt_u (local.get $value) (i32.const 1000000)) (then (call $usage)))
    (local.get $value))

  (func $limit (result i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.lt_u (i32.load (i32.const 0)) (i32.const 2)) (then (return (i32.const 100))))
    (if (i32.or (i32.gt_u (i32.load (i32.const 0)) (i32.const 2)) (i32.gt_u (i32.load (i32.const 4)) (i32.const 4096)))
      (then (call $usage)))
    (drop (call $args_get (i32.const 16) (i32.const 4096)))
    (call $parse (i32.load (i32.const 20))))

  (func $strike_multiples (param $n i32) (param $limit i32)
    (local $multiple i32)
    (local.set $multiple (i32.mul (local.get $n) (local.get $n)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $multiple) (local.get $limit)))
        (i32.store8 (i32.add (global.get $sieve) (local.get $multiple)) (i32.const 1))
        (local.set $multiple (i32.add (local.get $multiple) (local.get $n)))
        (br $next))))

  (func (export "_start")
    (local $n i32) (local $limit i32) (local $found i32)
    (local.set $limit (call $limit))
    (local.set $n (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $n) (local.get $limit)))
        (if (i32.eqz (i32.load8_u (i32.add (global.get $sieve) (local.get $n))))
          (then
            (if (i32.le_u (local.get $n) (i32.const 1000))
              (then (call $strike_multiples (local.get $n) (local.get $limit))))
            (call $put_number (local.get $n))
            (local.set $found (i32.add (local.get $found) (i32.const 1)))
            (call $put (select (i32.const 0x20) (i32.const 0x0a) (i32.rem_u (local.get $found) (i32.const 10))))
            (if (i32.gt_u (global.get $end) (i32.const 0x1f000)) (then (call $flush)))))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
    (if (i32.rem_u (local.get $found) (i32.const 10)) (then (i32.store8 (i32.sub (global.get $end) (i32.const 1)) (i32.const 0x0a))))
    (call $flush)))
