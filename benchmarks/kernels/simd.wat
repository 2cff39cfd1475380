;; 128-bit vectors: two rows of pixels blended, sixteen bytes at a time (so many turns, at most 1,000), and their sum.
(module
  (memory 1)
  (func $fill (param $length i32)
    (local $at i32)
    (loop $next
      (i32.store8 (local.get $at) (i32.mul (local.get $at) (i32.const 5)))
      (i32.store8 offset=16384 (local.get $at) (i32.xor (local.get $at) (i32.const 0xa5)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $length)))))
  (func (export "run") (param $turns i32) (result i32)
    (local $at i32) (local $end i32) (local $pixels v128) (local $sums v128)
    (local.set $end (i32.shl (local.get $turns) (i32.const 4)))
    (call $fill (local.get $end))
    (loop $next
      (local.set $pixels
        (i8x16.max_u
          (i8x16.avgr_u (v128.load (local.get $at)) (v128.load offset=16384 (local.get $at)))
          (i8x16.splat (i32.const 16))))
      (v128.store offset=32768 (local.get $at) (local.get $pixels))
      (local.set $sums
        (i32x4.add (local.get $sums)
          (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $pixels)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
      (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums))))))
