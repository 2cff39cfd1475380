;; features: memory-control
;; The state of a memory (section 3): which pages have a state, and how they start.

;; [3.unmapped] Every dynamic page starts unmapped.
(module
  (memory virtual 2 4)
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
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x1_ffff)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0x1_ffff) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "protect-read" (i32.const 0) (i32.const 0x1_0000)) "memory protection violation")
(assert_trap (invoke "protect-read" (i32.const 0x1_0000) (i32.const 0x1_0000)) "memory protection violation")

;; [3.unmapped] [4.grow] So does a page that memory.grow adds; the others keep their states.
(assert_return (invoke "map-readwrite" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0) (i32.const 7)))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 2))
(assert_return (invoke "load" (i32.const 0)) (i32.const 7))
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x2_0000)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0x2_ffff) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "protect-none" (i32.const 0x2_0000) (i32.const 0x1_0000)) "memory protection violation")
(assert_return (invoke "map-read" (i32.const 0x2_0000) (i32.const 0x1_0000)) (i32.const 0x2_0000))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 0))
(assert_trap (invoke "store" (i32.const 0x2_ffff) (i32.const 1)) "memory protection violation")
(assert_return (invoke "grow" (i32.const 1)) (i32.const 3))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 0x3_0000)) "memory protection violation")

;; [3.static] Pages that are not dynamic are mapped: those of a memory that is not virtual,
(module
  (memory 1 2)
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0xffff) (i32.const 1)))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0x1_ffff)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0x1_ffff) (i32.const 1)))

;; [3.static] and the read-only pages of one that is.
(module
  (memory virtual 1 (readonly 1))
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
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0xffff)) (i32.const 0))
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")

;; [3.dynamic] Static pages can be neither mapped, unmapped nor protected, whatever the profile.
(assert_trap (invoke "map-readwrite" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "map-none" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-readwrite" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-none" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-read" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))

;; [3.dynamic] Every page from write_base to the end is one.
(assert_return (invoke "map-readwrite" (i32.const 0x1_0000) (i32.const 0x1_0000)) (i32.const 0x1_0000))
(assert_return (invoke "protect-read" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_return (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "map-read" (i32.const 0x2_0000) (i32.const 0x1_0000)) "out of bounds memory access")

;; [3.sealed] [7.seal] A memory with read-only pages is writable there until its instance is made, and never again.
(module
  (memory (export "m") 1 (readonly 1))
  (data (i32.const 0) "\2a")
  (data (i32.const 0xffff) "\2b\2c")
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "load" (i32.const 0)) (i32.const 0x2a))
(assert_return (invoke "load" (i32.const 0xffff)) (i32.const 0x2b))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0x2c))
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 1)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0x2a))

;; [3.sealed] Without read-only pages it is sealed from the start, which shows nowhere.
(module
  (memory 1 (noaccess 1))
  (data (i32.const 0x10000) "\2d")
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0x2d))
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 1)))
