;; 64-bit floats: the product of two square matrices of at most 52 rows, and a checksum of it.
(module
  (memory 1)
  (func $fill (param $n i32)
    (local $i i32) (local $last i32)
    (local.set $last (i32.mul (local.get $n) (local.get $n)))
    (loop $next
      (f64.store (i32.shl (local.get $i) (i32.const 3))
        (f64.convert_i32_u (i32.rem_u (i32.mul (local.get $i) (i32.const 7)) (i32.const 11))))
      (f64.store offset=21632 (i32.shl (local.get $i) (i32.const 3))
        (f64.div (f64.convert_i32_u (i32.rem_u (local.get $i) (i32.const 13))) (f64.const 4)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $last)))))
  (func $multiply (param $n i32)
    (local $i i32) (local $j i32) (local $k i32) (local $a i32) (local $b i32) (local $step i32) (local $sum f64)
    (local.set $step (i32.shl (local.get $n) (i32.const 3)))
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $a (i32.mul (local.get $i) (local.get $step)))
        (local.set $b (i32.shl (local.get $j) (i32.const 3)))
        (local.set $sum (f64.const 0))
        (local.set $k (i32.const 0))
        (loop $products
          (local.set $sum
            (f64.add (local.get $sum)
              (f64.mul (f64.load (local.get $a)) (f64.load offset=21632 (local.get $b)))))
          (local.set $a (i32.add (local.get $a) (i32.const 8)))
          (local.set $b (i32.add (local.get $b) (local.get $step)))
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (br_if $products (i32.lt_u (local.get $k) (local.get $n))))
        (f64.store offset=43264
          (i32.add (i32.mul (local.get $i) (local.get $step)) (i32.shl (local.get $j) (i32.const 3)))
          (local.get $sum))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $columns (i32.lt_u (local.get $j) (local.get $n))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $i) (local.get $n)))))
  (func (export "run") (param $n i32) (result i32)
    (local $at i32) (local $end i32) (local $sum f64)
    (call $fill (local.get $n))
    (call $multiply (local.get $n))
    (local.set $end (i32.shl (i32.mul (local.get $n) (local.get $n)) (i32.const 3)))
    (loop $next
      (local.set $sum
        (f64.add (f64.mul (local.get $sum) (f64.const 0.5)) (f64.load offset=43264 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i32.trunc_f64_u (f64.mul (local.get $sum) (f64.const 16)))))
