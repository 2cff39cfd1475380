;; Bytes and branches: the words of a text and the lines of it that have a given word, byte by byte.
;; 0: the word, ended by 0; 64: the text, of so many paragraphs (at most 200).
(module
  (memory 1)
  (data (i32.const 0) "quill\00")
  (data $paragraph
    "A quire is four sheets of paper, folded once.\n"
    "Eight leaves, sixteen pages: what a quill can fill\n"
    "before the ink is dry. Quires are sewn to a book;\n"
    "no quiver, no quilt, no quill is needed for that.\n"
    "(Twenty-five sheets, says the mill.)\n")
  (func $starts_with_word (param $at i32) (result i32)
    (local $word i32) (local $byte i32)
    (loop $next
      (if (i32.eqz (local.tee $byte (i32.load8_u (local.get $word))))
        (then (return (i32.const 1))))
      (if (i32.ne (local.get $byte) (i32.load8_u (local.get $at)))
        (then (return (i32.const 0))))
      (local.set $word (i32.add (local.get $word) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next))
    (unreachable))
  (func (export "run") (param $paragraphs i32) (result i32)
    (local $at i32) (local $end i32) (local $byte i32)
    (local $inside i32) (local $words i32) (local $found i32) (local $lines i32)
    (local.set $at (i32.const 64))
    (loop $next
      (memory.init $paragraph (local.get $at) (i32.const 0) (i32.const 234))
      (local.set $at (i32.add (local.get $at) (i32.const 234)))
      (br_if $next (local.tee $paragraphs (i32.sub (local.get $paragraphs) (i32.const 1)))))
    (local.set $end (local.get $at))
    (local.set $at (i32.const 64))
    (loop $next
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.or
            (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 32)) (i32.const 97)) (i32.const 26))
            (i32.eq (local.get $byte) (i32.const 45)))
        (then
          (if (i32.eqz (local.get $inside))
            (then
              (local.set $inside (i32.const 1))
              (local.set $words (i32.add (local.get $words) (i32.const 1)))
              (if (call $starts_with_word (local.get $at))
                (then (local.set $found (i32.const 1)))))))
        (else
          (local.set $inside (i32.const 0))
          (if (i32.eq (local.get $byte) (i32.const 10))
            (then
              (local.set $lines (i32.add (local.get $lines) (local.get $found)))
              (local.set $found (i32.const 0))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (i32.add (i32.mul (local.get $words) (i32.const 1000)) (local.get $lines))))
