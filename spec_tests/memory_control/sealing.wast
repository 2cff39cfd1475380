;; features: memory-control
;; Sealing (sections 3 and 7): the read-only section is written by the segments of the instance that makes it, then never.

;; [7.seal] [7.d] While a memory is not sealed, segments may fill its read-only section and reach from there into growable pages.
(module $A
  (memory (export "m") 1 (noaccess 1) (readonly 2))
  (data (i32.const 0x1_0000) "\01")
  (data (i32.const 0x1_ffff) "\02\03")
  (data (i32.const 0x2_ffff) "\04\05")
  (data (i32.const 0x3_0001) "\06")
  (data $p "\77")
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32) (memory.init $p (local.get 0) (i32.const 0) (i32.const 1)))
)
(register "A")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0x1_ffff)) (i32.const 2))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 3))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 4))
(assert_return (invoke "load" (i32.const 0x3_0000)) (i32.const 5))
(assert_return (invoke "load" (i32.const 0x3_0001)) (i32.const 6))

;; [7.seal] Then nothing may.
(assert_trap (invoke "store" (i32.const 0x1_0000) (i32.const 9)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x2_ffff) (i32.const 9)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0x2_ffff) (i32.const 9) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x1_0000) (i32.const 0x3_0000) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "init" (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 0x2_0000) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 4))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 3))

;; [7.init] memory.init is an ordinary write.
(assert_return (invoke "init" (i32.const 0x3_0000)))
(assert_return (invoke "load" (i32.const 0x3_0000)) (i32.const 0x77))

;; [7.d] [7.seal] The segments of the next instance that imports the memory neither,
(assert_trap
  (module (memory (import "A" "m") 1 (noaccess 1) (readonly 2)) (data (i32.const 0x1_0000) "\09"))
  "out of bounds memory access"
)
(assert_trap
  (module (memory (import "A" "m") 1 (noaccess 1) (readonly 2)) (data (i32.const 0x2_ffff) "\09\09"))
  "out of bounds memory access"
)
(assert_return (invoke $A "load" (i32.const 0x1_0000)) (i32.const 1))
(assert_return (invoke $A "load" (i32.const 0x2_ffff)) (i32.const 4))
(assert_return (invoke $A "load" (i32.const 0x3_0000)) (i32.const 0x77))

;; [7.d] though they may fill its growable pages, and be empty anywhere.
(module
  (memory (import "A" "m") 1 (noaccess 1) (readonly 2))
  (data (i32.const 0x3_0000) "\0a")
  (data (i32.const 0x1_0000) "")
  (data (i32.const 0) "")
)
(assert_return (invoke $A "load" (i32.const 0x3_0000)) (i32.const 0x0a))

;; [7.c] The no-access section is written by nobody.
(assert_trap (module (memory 1 (noaccess 1)) (data (i32.const 0) "a")) "out of bounds memory access")
(assert_trap (module (memory 1 (noaccess 1)) (data (i32.const 0xffff) "a")) "out of bounds memory access")
(assert_trap (module (memory 1 (noaccess 1)) (data (i32.const 0xffff) "ab")) "out of bounds memory access")
(assert_trap (module (memory 1 (noaccess 1) (readonly 1)) (data (i32.const 0xffff) "ab")) "out of bounds memory access")
(assert_trap (module (memory virtual 1 (noaccess 1)) (data (i32.const 0xffff) (prot readwrite) "ab")) "out of bounds memory access")

;; [7.start] The start function sees the read-only data in place,
(module
  (memory 1 (readonly 1))
  (global $seen (mut i32) (i32.const -1))
  (data (i32.const 0x10) "\2a\00\00\00")
  (data (i32.const 0x1_0000) "\2b\00\00\00")
  (func $start
    (global.set $seen (i32.load (i32.const 0x10)))
    (i32.store (i32.const 0x1_0000) (i32.add (i32.const 1) (i32.load (i32.const 0x1_0000)))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
)
(assert_return (invoke "seen") (i32.const 0x2a))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0x2c))

;; [7.start] and never writable, by any instruction that writes.
(assert_trap
  (module (memory 1 (readonly 1)) (func $s (i32.store (i32.const 0x10) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory 1 (readonly 1)) (func $s (i32.store8 (i32.const 0xffff) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory 1 (readonly 1)) (func $s (memory.fill (i32.const 0) (i32.const 0) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory 1 (readonly 1)) (func $s (memory.copy (i32.const 0) (i32.const 0x1_0000) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory 1 (readonly 1)) (data $d "a") (func $s (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory 1 (readonly 1)) (func $s (memory.discard (i32.const 0) (i32.const 0x1_0000))) (start $s))
  "out of bounds memory access"
)
(assert_trap
  (module (memory virtual 1 (readonly 1)) (func $s (i32.store8 (i32.const 0) (i32.const 1))) (start $s))
  "out of bounds memory access"
)

;; [7.start] A trap in the start function leaves what segments and functions did.
(module $B
  (memory (export "m") 1 (readonly 1))
  (data (i32.const 0x1_0000) "\01")
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(register "B")
(assert_trap
  (module
    (memory (import "B" "m") 1 (readonly 1))
    (data (i32.const 0x1_0001) "\02")
    (func $s (i32.store8 (i32.const 0x1_0002) (i32.const 3)) (i32.store8 (i32.const 0x2) (i32.const 3)))
    (start $s))
  "out of bounds memory access"
)
(assert_return (invoke $B "load" (i32.const 0x1_0001)) (i32.const 2))
(assert_return (invoke $B "load" (i32.const 0x1_0002)) (i32.const 3))
(assert_return (invoke $B "load" (i32.const 2)) (i32.const 0))

;; [7.seal] A trap in a data segment seals as well: here an element segment published functions before it.
(module $T
  (table (export "t") 4 funcref)
  (type $store (func (param i32 i32)))
  (type $load (func (param i32) (result i32)))
  (func (export "store") (param i32 i32) (call_indirect (type $store) (local.get 0) (local.get 1) (i32.const 0)))
  (func (export "load") (param i32) (result i32) (call_indirect (type $load) (local.get 0) (i32.const 1)))
  (func (export "store-2") (param i32 i32) (call_indirect (type $store) (local.get 0) (local.get 1) (i32.const 2)))
  (func (export "load-2") (param i32) (result i32) (call_indirect (type $load) (local.get 0) (i32.const 3)))
)
(register "T")
(assert_trap
  (module
    (table (import "T" "t") 4 funcref)
    (memory 1 (readonly 1))
    (elem (i32.const 0) $store $load)
    (data (i32.const 0) "\05")
    (data (i32.const 0x2_0000) "a")
    (data (i32.const 1) "\06")
    (func $store (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func $load (param i32) (result i32) (i32.load8_u (local.get 0))))
  "out of bounds memory access"
)
(assert_return (invoke $T "load" (i32.const 0)) (i32.const 5))
(assert_return (invoke $T "load" (i32.const 1)) (i32.const 0))
(assert_trap (invoke $T "store" (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_trap (invoke $T "store" (i32.const 1) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke $T "store" (i32.const 0x1_0000) (i32.const 7)))
(assert_return (invoke $T "load" (i32.const 0)) (i32.const 5))
(assert_return (invoke $T "load" (i32.const 0x1_0000)) (i32.const 7))

;; [7.seal] [7.order] So does one in an element segment, before any data segment.
(assert_trap
  (module
    (table (import "T" "t") 4 funcref)
    (memory 1 (readonly 1))
    (elem (i32.const 2) $store $load)
    (elem (i32.const 4) $store)
    (data (i32.const 0) "\05")
    (func $store (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func $load (param i32) (result i32) (i32.load8_u (local.get 0))))
  "out of bounds table access"
)
(assert_return (invoke $T "load-2" (i32.const 0)) (i32.const 0))
(assert_trap (invoke $T "store-2" (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke $T "store-2" (i32.const 0x1_0000) (i32.const 7)))
(assert_return (invoke $T "load-2" (i32.const 0)) (i32.const 0))

;; [7.seal] All memories of an instance are sealed, in whichever the trap was.
(assert_trap
  (module
    (table (import "T" "t") 4 funcref)
    (memory $0 1 (readonly 1))
    (memory $1 virtual 1 (readonly 1))
    (elem (i32.const 0) $store $load)
    (elem (i32.const 2) $store-2 $load-2)
    (data (memory $1) (i32.const 0) "\05")
    (data (memory $0) (i32.const 0x2_0000) "a")
    (func $store (param i32 i32) (i32.store8 $0 (local.get 0) (local.get 1)))
    (func $load (param i32) (result i32) (i32.load8_u $0 (local.get 0)))
    (func $store-2 (param i32 i32) (i32.store8 $1 (local.get 0) (local.get 1)))
    (func $load-2 (param i32) (result i32) (i32.load8_u $1 (local.get 0))))
  "out of bounds memory access"
)
(assert_return (invoke $T "load-2" (i32.const 0)) (i32.const 5))
(assert_trap (invoke $T "store-2" (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_trap (invoke $T "store" (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke $T "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke $T "store" (i32.const 0x1_0000) (i32.const 1)))

;; [7.seal] A virtual memory is sealed like any: its read-only section is static.
(module $V
  (memory (export "m") virtual 1 (readonly 1))
  (data (i32.const 0) "\01")
  (data (i32.const 0xffff) (prot readwrite) "\02\03")
  (func (export "map-none") (param i32 i32) (result i32) (memory.map none (local.get 0) (local.get 1)))
  (func (export "map-read") (param i32 i32) (result i32) (memory.map read (local.get 0) (local.get 1)))
  (func (export "map-readwrite") (param i32 i32) (result i32) (memory.map readwrite (local.get 0) (local.get 1)))
  (func (export "protect-none") (param i32 i32) (memory.protect none (local.get 0) (local.get 1)))
  (func (export "protect-read") (param i32 i32) (memory.protect read (local.get 0) (local.get 1)))
  (func (export "protect-readwrite") (param i32 i32) (memory.protect readwrite (local.get 0) (local.get 1)))
  (func (export "unmap") (param i32 i32) (memory.unmap (local.get 0) (local.get 1)))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(register "V")
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0xffff)) (i32.const 2))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 3))
(assert_trap (invoke "store" (i32.const 0xffff) (i32.const 9)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 9)))
(assert_trap
  (module (memory (import "V" "m") virtual 1 (readonly 1)) (data (i32.const 0) (prot readwrite) "\09"))
  "out of bounds memory access"
)
(assert_trap
  (module (memory (import "V" "m") virtual 1 (readonly 1)) (data (i32.const 0xffff) (prot readwrite) "\09\09"))
  "out of bounds memory access"
)
(assert_return (invoke $V "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke $V "load" (i32.const 0x1_0000)) (i32.const 9))
