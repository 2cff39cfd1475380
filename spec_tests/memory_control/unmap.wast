;; features: memory-control
;; memory.unmap on whole pages (section 6), the same under both alignment profiles.

(module
  (memory virtual 6 8)
  (data (i32.const 0x5_0000) "\2a")
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

;; [6.unmap.7] The pages become unmapped,
(assert_return (invoke "map-readwrite" (i32.const 0) (i32.const 0x5_0000)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0) (i32.const 1)))
(assert_return (invoke "store" (i32.const 0xffff) (i32.const 2)))
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 3)))
(assert_return (invoke "store" (i32.const 0x2_0000) (i32.const 4)))
(assert_return (invoke "store" (i32.const 0x3_ffff) (i32.const 5)))
(assert_return (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x2_0000)))
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0x1_0000) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "protect-readwrite" (i32.const 0x1_0000) (i32.const 0x1_0000)) "memory protection violation")

;; [6.unmap.7] and no other.
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0xffff)) (i32.const 2))
(assert_return (invoke "load" (i32.const 0x3_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x3_ffff)) (i32.const 5))

;; [6.unmap.7] They lose their contents.
(assert_return (invoke "map-readwrite" (i32.const 0x1_0000) (i32.const 0x2_0000)) (i32.const 0x1_0000))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 0))

;; [6.unmap.7] Already unmapped is fine, in part or in whole, any number of times.
(assert_return (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_return (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x3_0000)))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x3_0000)))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x3_ffff)) (i32.const 5))

;; [6.unmap.7] So is a page that was never mapped, also the last one.
(assert_return (invoke "grow" (i32.const 1)) (i32.const 6))
(assert_return (invoke "unmap" (i32.const 0x6_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0x6_0000)) "memory protection violation")

;; [6.unmap.7] A page is unmapped whatever its protection.
(assert_return (invoke "map-none" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "map-read" (i32.const 0x1_0000) (i32.const 0x1_0000)) (i32.const 0x1_0000))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x2_0000)))
(assert_return (invoke "map-readwrite" (i32.const 0) (i32.const 0x2_0000)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0x1_ffff) (i32.const 1)))

;; [6.unmap.7] So is one that a segment mapped.
(assert_return (invoke "load" (i32.const 0x5_0000)) (i32.const 0x2a))
(assert_return (invoke "unmap" (i32.const 0x5_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0x5_0000)) "memory protection violation")
(assert_return (invoke "map-readwrite" (i32.const 0x5_0000) (i32.const 0x1_0000)) (i32.const 0x5_0000))
(assert_return (invoke "load" (i32.const 0x5_0000)) (i32.const 0))

;; [6.unmap.7] All pages at once.
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x7_0000)))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x6_ffff)) "memory protection violation")
(assert_return (invoke "map-read" (i32.const 0) (i32.const 0x7_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x3_ffff)) (i32.const 0))

;; [6.4] [6.all] Beyond the size: nothing is unmapped.
(assert_trap (invoke "unmap" (i32.const 0x6_0000) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0x7_0000) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0x8_0000)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0x6_ffff)) (i32.const 0))

;; [6.6] [6.all] From the static sections: nothing is unmapped.
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
(assert_return (invoke "map-readwrite" (i32.const 0x1_0000) (i32.const 0x1_0000)) (i32.const 0x1_0000))
(assert_return (invoke "store" (i32.const 0x1_0000) (i32.const 1)))
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 1))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")

;; [6.unmap.7] The size stays, unmapped pages count in it, and can be grown past.
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
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x2_0000)))
(assert_return (invoke "size") (i32.const 2))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 2))
(assert_return (invoke "map-readwrite" (i32.const 0) (i32.const 0x3_0000)) (i32.const 0))
(assert_return (invoke "unmap" (i32.const 0x2_0000) (i32.const 0x1_0000)))
(assert_return (invoke "size") (i32.const 3))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 3))
(assert_trap (invoke "load" (i32.const 0x2_0000)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x3_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x1_ffff)) (i32.const 0))
