;; An arena: objects are made one behind the other, and all are dropped at once. What they took up goes back to the
;; system with memory.discard, here from a plain memory, and the arena is zeros again.
;;
;;     quire run --dir /proc/self::/self arena.wat
;;
;; The guest reads there, on Linux, how much memory of the machine it takes up, itself and Quire together.
(module $arena
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; The first page is for reading and printing; the arena begins at the second.
  (memory (export "memory") 1025)
  (data (i32.const 0x100) "statm")
  (data (i32.const 0x110) "with 1024 objects of 64 KiB: ")
  (data (i32.const 0x130) "without them: ")
  (data (i32.const 0x150) " MiB more than at first\n")
  (data (i32.const 0x170) "what is at the address of the first object? ")
  (data (i32.const 0x1a0) "\n")
  (global $arena i32 (i32.const 0x10000))
  (global $next (mut i32) (i32.const 0x10000))

  (func $allocate (param $size i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $size))))

  (func $drop_all
    (memory.discard (global.get $arena) (i32.sub (global.get $next) (global.get $arena)))
    (global.set $next (global.get $arena)))

  (func $print (param $text i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func $print_number (param $n i32)
    (if (i32.ge_u (local.get $n) (i32.const 10))
      (then (call $print_number (i32.div_u (local.get $n) (i32.const 10)))))
    (i32.store8 (i32.const 0x10) (i32.add (i32.const 0x30) (i32.rem_u (local.get $n) (i32.const 10))))
    (call $print (i32.const 0x10) (i32.const 1)))

  ;; The second number of statm: the pages, of 4 KiB, that are resident.
  (func $resident_pages (result i32) (local $at i32) (local $pages i32) (local $digit i32)
    (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 0x100) (i32.const 5) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))
      (then (call $proc_exit (i32.const 1))))
    (i32.store (i32.const 0) (i32.const 0x200))
    (i32.store (i32.const 4) (i32.const 0x100))
    (drop (call $fd_read (i32.load (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const 12)))
    (local.set $at (i32.const 0x200))
    (loop $find
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $find (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x20))))
    (block $end (loop $digits
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 0x30)))
      (br_if $end (i32.gt_u (local.get $digit) (i32.const 9)))
      (local.set $pages (i32.add (i32.mul (local.get $pages) (i32.const 10)) (local.get $digit)))
      (br $digits)))
    (local.get $pages))

  (func $tell (param $text i32) (param $size i32) (param $before i32)
    (local $more i32)
    (local.set $more (i32.sub (call $resident_pages) (local.get $before)))
    (call $print (local.get $text) (local.get $size))
    (call $print_number (i32.div_u (i32.add (local.get $more) (i32.const 128)) (i32.const 256)))
    (call $print (i32.const 0x150) (i32.const 24)))

  (func (export "_start") (local $before i32) (local $count i32)
    (local.set $before (call $resident_pages))
    (local.set $count (i32.const 1024))
    (loop $make
      (memory.fill (call $allocate (i32.const 0x10000)) (i32.const 0xff) (i32.const 0x10000))
      (br_if $make (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (call $tell (i32.const 0x110) (i32.const 29) (local.get $before))
    (call $drop_all)
    (call $tell (i32.const 0x130) (i32.const 14) (local.get $before))
    (call $print (i32.const 0x170) (i32.const 44))
    (call $print_number (i32.load (call $allocate (i32.const 4))))
    (call $print (i32.const 0x1a0) (i32.const 1))))
