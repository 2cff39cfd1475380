;; features: memory-control
;; Memory types (section 1): sizes in total pages, and where the sections of a memory begin.

;; [1.sizes] memory.size counts the pages of all three sections.
(module
  (memory 1 3 (noaccess 2) (readonly 4))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 7))

;; [1.sizes] [4.grow] memory.grow gives the old total; the maximum counts growable pages.
(assert_return (invoke "grow" (i32.const 0)) (i32.const 7))
(assert_return (invoke "grow" (i32.const 3)) (i32.const -1))
(assert_return (invoke "size") (i32.const 7))
(assert_return (invoke "grow" (i32.const 2)) (i32.const 7))
(assert_return (invoke "size") (i32.const 9))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))
(assert_return (invoke "grow" (i32.const 0)) (i32.const 9))
(assert_return (invoke "grow" (i32.const 0xffff_ffff)) (i32.const -1))

;; [1.sizes] Static sections alone.
(module
  (memory 0 0 (noaccess 1))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 1))
(assert_return (invoke "grow" (i32.const 0)) (i32.const 1))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

(module
  (memory 0 0 (readonly 3))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 3))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

(module
  (memory 0 1 (readonly 1) (noaccess 1))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 2))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 2))
(assert_return (invoke "size") (i32.const 3))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

;; [1.sizes] An attribute of 0 is its default.
(module
  (memory 1 2 (noaccess 0) (readonly 0))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 1))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 1))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

;; [1.sizes] [3.unmapped] A virtual memory has its pages before they are mapped.
(module
  (memory virtual 3 5)
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 3))
(assert_return (invoke "grow" (i32.const 2)) (i32.const 3))
(assert_return (invoke "size") (i32.const 5))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))

(module
  (memory virtual 1 2 (noaccess 1) (readonly 2))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
)
(assert_return (invoke "size") (i32.const 4))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 4))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))
(assert_return (invoke "size") (i32.const 5))

;; [1.bases] One page of each section: read_base is 0x1_0000, write_base 0x2_0000.
(module
  (memory 1 (noaccess 1) (readonly 1))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_trap (invoke "load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x1_ffff)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 0x3_0000)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_0000) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_ffff) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 0x2_0000) (i32.const 1)))
(assert_return (invoke "store" (i32.const 0x2_ffff) (i32.const 2)))
(assert_trap (invoke "store" (i32.const 0x3_0000) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 2))

;; [1.bases] Without read-only pages, both bases are the end of the no-access section.
(module
  (memory 1 (noaccess 2))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_trap (invoke "load" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_ffff) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 0x2_0000) (i32.const 1)))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 1))

;; [1.bases] Without no-access pages, read_base is 0.
(module
  (memory 1 (readonly 2))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_ffff) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 0x2_0000) (i32.const 1)))

;; [1.bases] Nothing is writable where no page is growable, nothing readable where all is no-access.
(module
  (memory 0 (readonly 1))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "load" (i32.const 0xffff)) (i32.const 0))
(assert_trap (invoke "store" (i32.const 0xffff) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_0000) (i32.const 1)) "out of bounds memory access")

(module
  (memory 0 (noaccess 1))
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_trap (invoke "load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0) (i32.const 1)) "out of bounds memory access")

;; [1.bases] The dynamic pages of a virtual memory begin at write_base.
(module
  (memory virtual 1 (noaccess 1) (readonly 1))
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
(assert_trap (invoke "load" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x1_ffff)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 0x2_0000)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0xffff) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x1_ffff) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 0x2_0000) (i32.const 1)) "memory protection violation")
(assert_return (invoke "map-readwrite" (i32.const 0x2_0000) (i32.const 0x1_0000)) (i32.const 0x2_0000))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0x2_ffff) (i32.const 9)))
(assert_return (invoke "load" (i32.const 0x2_ffff)) (i32.const 9))
