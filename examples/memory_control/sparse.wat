;; An array of 2^33 numbers, 64 GiB of address space, of which only the pages in use take up memory.
;;
;;     quire run --invoke main sparse.wat 1000003
;;
;; writes squares at multiples of the stride, and gives their sum and the number of pages that were mapped.
(module $sparse
  (memory $array i64 virtual 1048576)
  (memory $mapped 2)  ;; a bit for each page of the array
  (global $pages (mut i64) (i64.const 0))

  (func $element (param $index i64) (result i64) (i64.shl (local.get $index) (i64.const 3)))

  ;; Map the page of an element, unless it is.
  (func $prepare (param $index i64) (local $byte i32) (local $bit i32) (local $page i64)
    (local.set $page (i64.shr_u (call $element (local.get $index)) (i64.const 16)))
    (local.set $byte (i32.wrap_i64 (i64.shr_u (local.get $page) (i64.const 3))))
    (local.set $bit (i32.shl (i32.const 1) (i32.and (i32.wrap_i64 (local.get $page)) (i32.const 7))))
    (if (i32.and (i32.load8_u $mapped (local.get $byte)) (local.get $bit)) (then (return)))
    (i32.store8 $mapped (local.get $byte) (i32.or (i32.load8_u $mapped (local.get $byte)) (local.get $bit)))
    (drop (memory.map $array readwrite (i64.shl (local.get $page) (i64.const 16)) (i64.const 0x10000)))
    (global.set $pages (i64.add (global.get $pages) (i64.const 1))))

  (func $set (param $index i64) (param $value i64)
    (call $prepare (local.get $index))
    (i64.store $array (call $element (local.get $index)) (local.get $value)))

  (func $get (param $index i64) (result i64) (i64.load $array (call $element (local.get $index))))

  (func (export "main") (param $stride i64) (result i64 i64) (local $i i64) (local $sum i64)
    (local.set $i (i64.const 1000))
    (loop $write
      (call $set (i64.mul (local.get $i) (local.get $stride)) (i64.mul (local.get $i) (local.get $i)))
      (br_if $write (i64.ne (i64.const 0) (local.tee $i (i64.sub (local.get $i) (i64.const 1))))))
    (local.set $i (i64.const 1000))
    (loop $read
      (local.set $sum (i64.add (local.get $sum) (call $get (i64.mul (local.get $i) (local.get $stride)))))
      (br_if $read (i64.ne (i64.const 0) (local.tee $i (i64.sub (local.get $i) (i64.const 1))))))
    (local.get $sum) (global.get $pages)))
