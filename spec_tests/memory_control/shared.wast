;; features: memory-control threads
;; Shared memories (sections 1, 4 and 6): virtual and with static sections, as far as one thread can see.

;; [1.valid.shared] A shared memory needs a maximum, whatever else it is.
(assert_invalid (module (memory 1 shared)) "shared memory must have maximum")
(assert_invalid (module (memory virtual 1 shared)) "shared memory must have maximum")
(assert_invalid (module (memory 1 shared (noaccess 1))) "shared memory must have maximum")
(assert_invalid (module (memory virtual 1 shared (noaccess 1) (readonly 1))) "shared memory must have maximum")
(assert_invalid (module (import "M" "m" (memory virtual 1 shared))) "shared memory must have maximum")

;; [1.valid.order] The size, and the order of minimum and maximum, come first.
(assert_invalid (module (memory 0x1_0001 shared)) "memory size must be at most 65536 pages (4GiB)")
(assert_invalid (module (memory 1 shared (noaccess 0x1_0000))) "memory size must be at most 65536 pages (4GiB)")
(assert_invalid (module (memory virtual 2 1 shared)) "size minimum must not be greater than maximum")

;; [1.text] `shared` stands behind the limits and before the attributes.
(module
  (memory $a virtual 1 2 shared)
  (memory $b 1 2 shared (readonly 1) (noaccess 1))
  (memory $c i64 virtual 1 2 shared (noaccess 1))
  (func (export "a") (result i32) (memory.size $a))
  (func (export "b") (result i32) (memory.size $b))
  (func (export "c") (result i64) (memory.size $c))
)
(assert_return (invoke "a") (i32.const 1))
(assert_return (invoke "b") (i32.const 3))
(assert_return (invoke "c") (i64.const 2))

;; [1.text.malformed]
(assert_malformed (module quote "(memory shared virtual 1 1)") "unexpected token")
(assert_malformed (module quote "(memory virtual shared 1 1)") "unexpected token")
(assert_malformed (module quote "(memory 1 1 (noaccess 1) shared)") "unexpected token")
(assert_malformed (module quote "(memory virtual 1 1 shared shared)") "unexpected token")
(assert_malformed (module quote "(memory virtual 1 1 (shared))") "unexpected token")

;; [1.binary] The share is bit 1 of the flags and has no payload.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\07" "\01" "\63\01\03\02\04\00"       ;; memory virtual 1 3 shared (noaccess 2) (readonly 4)
  "\07\09" "\02\01m\02\00" "\01s\00\00"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "S")
(assert_return (invoke "s") (i32.const 7))
(module (import "S" "m" (memory virtual 1 3 shared (noaccess 2) (readonly 4))))
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\42\01\00"              ;; virtual and shared without a maximum
  )
  "shared memory must have maximum"
)

;; [1.match] The share is equal.
(assert_unlinkable (module (import "S" "m" (memory virtual 1 3 (noaccess 2) (readonly 4)))) "incompatible import type")
(assert_unlinkable (module (import "S" "m" (memory 1 3 shared (noaccess 2) (readonly 4)))) "incompatible import type")
(assert_unlinkable (module (import "S" "m" (memory virtual 1 3 shared (noaccess 2)))) "incompatible import type")
(assert_unlinkable (module (import "S" "m" (memory virtual 1 3 shared (readonly 4)))) "incompatible import type")
(module (memory (export "m") virtual 1 3 (noaccess 2) (readonly 4)))
(register "U")
(assert_unlinkable (module (import "U" "m" (memory virtual 1 3 shared (noaccess 2) (readonly 4)))) "incompatible import type")

;; [1.valid.compose] [3.unmapped] [4.4] A shared virtual memory: the same states, checks and instructions.
(module
  (memory virtual 4 6 shared (noaccess 1) (readonly 1))
  (data (i32.const 0x1_0000) "\01")
  (data (i32.const 0x2_0000) "\02")
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
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 6))
(assert_trap (invoke "load" (i32.const 0)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 1))
(assert_trap (invoke "store" (i32.const 0x1_0000) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 2))
(assert_trap (invoke "store" (i32.const 0x2_0000) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x3_0000)) "memory protection violation")
(assert_return (invoke "map-readwrite" (i32.const 0x3_0000) (i32.const 0x2_0000)) (i32.const 0x3_0000))
(assert_return (invoke "store" (i32.const 0x3_ffff) (i32.const 3)))
(assert_trap (invoke "map-read" (i32.const 0x4_0000) (i32.const 0x1_0000)) "memory already mapped")
(assert_trap (invoke "map-read" (i32.const 0x1_0000) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0x4_ffff) (i32.const 1) (i32.const 2)) "memory protection violation")
(assert_return (invoke "copy" (i32.const 0x4_0000) (i32.const 0x2_0000) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0x4_0000)) (i32.const 2))
(assert_return (invoke "protect-read" (i32.const 0x3_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "store" (i32.const 0x3_ffff) (i32.const 4)) "memory protection violation")
(assert_trap (invoke "discard" (i32.const 0x3_0000) (i32.const 0x2_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x4_0000)) (i32.const 2))
(assert_return (invoke "discard" (i32.const 0x4_0000) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0x4_0000)) (i32.const 0))
(assert_return (invoke "unmap" (i32.const 0x3_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "grow" (i32.const 2)) (i32.const 6))
(assert_trap (invoke "load" (i32.const 0x7_0000)) "memory protection violation")
(assert_return (invoke "map-readwrite" (i32.const 0x6_0000) (i32.const 0x2_0000)) (i32.const 0x6_0000))
(assert_return (invoke "store" (i32.const 0x7_ffff) (i32.const 1)))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

;; [5.6] [2.discard] A shared memory that is not virtual.
(module
  (memory 2 2 shared)
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "store" (i32.const 0) (i32.const 1)))
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 2)))
(assert_return (invoke "discard" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0))
(assert_trap (invoke "discard" (i32.const 0x1_0000) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_return (invoke "discard" (i32.const 0x2_0000) (i32.const 0)))

;; [7.seal] [7.start] Sealing.
(assert_trap
  (module (memory 1 1 shared (readonly 1)) (data (i32.const 0) "a") (func $s (i32.atomic.store (i32.const 0) (i32.const 1))) (start $s))
  "out of bounds memory access"
)
(module
  (memory 1 1 shared (readonly 1))
  (global $seen (mut i32) (i32.const 0))
  (data (i32.const 0) "\2a")
  (func $s (global.set $seen (i32.atomic.load (i32.const 0))))
  (start $s)
  (func (export "seen") (result i32) (global.get $seen))
)
(assert_return (invoke "seen") (i32.const 0x2a))
