;; features: memory-control
;; Where several things are wrong at once, which trap comes: a summary over sections 4, 6 and 7, the same under both alignment profiles.

;; Pages: 0 no-access, 1 read-only, 2 readwrite, 3 read, 4 none, 5 unmapped.
(module $P
  (memory (export "m") virtual 4 (noaccess 1) (readonly 1))
  (data (i32.const 0x2_0000) (prot readwrite) "\00")
  (data (i32.const 0x3_0000) (prot read) "\00")
  (data (i32.const 0x4_0000) (prot none) "\00")
  (data $d "abcd")
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
  (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "store64") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
)
(register "P")

;; [4.1] [4.3] [4.4] The size, then the sections, then the pages.
(assert_trap (invoke "load64" (i32.const 0x5_fffc)) "out of bounds memory access")
(assert_trap (invoke "load64" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "store64" (i32.const 0x5_fffc) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "store64" (i32.const 0x1_fffc) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0) (i32.const 0) (i32.const 0x6_0001)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0) (i32.const 0) (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0x1_ffff) (i32.const 0) (i32.const 0x4_0001)) "out of bounds memory access")
(assert_trap (invoke "fill" (i32.const 0x2_0000) (i32.const 0) (i32.const 0x4_0000)) "memory protection violation")
(assert_trap (invoke "fill" (i32.const 0x2_0000) (i32.const 0) (i32.const 0x4_0001)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x2_0000) (i32.const 0xffff) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x2_0000) (i32.const 0x1_ffff) (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "copy" (i32.const 0x2_0000) (i32.const 0x1_ffff) (i32.const 0x4_0001)) "out of bounds memory access")

;; [4.copy] Bounds of the destination, bounds of the source, sections and pages of the source, those of the destination.
(assert_trap (invoke "copy" (i32.const 0x6_0000) (i32.const 0x5_0000) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x5_0000) (i32.const 0x6_0000) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x5_0000) (i32.const 0x5_ffff) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x5_ffff) (i32.const 0x5_0000) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x5_0000) (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x3_0000) (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0) (i32.const 0x5_0000) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "copy" (i32.const 0x1_0000) (i32.const 0x4_0000) (i32.const 1)) "memory protection violation")
(assert_trap (invoke "copy" (i32.const 0x1_0000) (i32.const 0x3_0000) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "copy" (i32.const 0x3_0000) (i32.const 0x3_0000) (i32.const 1)) "memory protection violation")

;; [4.init] The segment, the size, the sections, the pages.
(assert_trap (invoke "init" (i32.const 0x5_0000) (i32.const 0) (i32.const 5)) "out of bounds memory access")
(assert_trap (invoke "init" (i32.const 0x5_ffff) (i32.const 0) (i32.const 4)) "out of bounds memory access")
(assert_trap (invoke "init" (i32.const 0x1_ffff) (i32.const 0) (i32.const 4)) "out of bounds memory access")
(assert_trap (invoke "init" (i32.const 0x2_ffff) (i32.const 0) (i32.const 4)) "memory protection violation")
(assert_trap (invoke "init" (i32.const 0x6_0001) (i32.const 4) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "init" (i32.const 0x5_0000) (i32.const 5) (i32.const 0)) "out of bounds memory access")
(assert_return (invoke "init" (i32.const 0x5_0000) (i32.const 4) (i32.const 0)))

;; [5.3] [5.4] [5.5] memory.discard: the size, no length, the sections, the pages.
(assert_trap (invoke "discard" (i32.const 0x7_0000) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 0) (i32.const 0x7_0000)) "out of bounds memory access")
(assert_return (invoke "discard" (i32.const 0) (i32.const 0)))
(assert_trap (invoke "discard" (i32.const 0) (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 0x1_0000) (i32.const 0x5_0000)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 0x2_0000) (i32.const 0x4_0000)) "memory protection violation")
(assert_trap (invoke "discard" (i32.const 0x5_0000) (i32.const 0x2_0000)) "out of bounds memory access")

;; [6.3] [6.4] [6.6] [6.map.7] memory.map: no length, the size, the sections, the pages.
(assert_trap (invoke "map-read" (i32.const 0x7_0000) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "map-read" (i32.const 0) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "map-read" (i32.const 0x2_0000) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "map-read" (i32.const 0) (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 0) (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 0x1_0000) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 0x2_0000) (i32.const 0x5_0000)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 0x2_0000) (i32.const 0x4_0000)) "memory already mapped")
(assert_trap (invoke "map-read" (i32.const 0x4_0000) (i32.const 0x2_0000)) "memory already mapped")

;; [6.3] [6.4] [6.6] memory.unmap: no length, the size, the sections.
(assert_trap (invoke "unmap" (i32.const 0x7_0000) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "unmap" (i32.const 0) (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0x1_0000) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "unmap" (i32.const 0x2_0000) (i32.const 0x5_0000)) "out of bounds memory access")
(assert_return (invoke "load64" (i32.const 0x2_0000)) (i64.const 0))

;; [6.3] [6.4] [6.6] [6.protect.7] memory.protect: no length, the size, the sections, the pages.
(assert_trap (invoke "protect-none" (i32.const 0x7_0000) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "protect-none" (i32.const 0x5_0000) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "protect-none" (i32.const 0) (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-none" (i32.const 0x5_0000) (i32.const 0x2_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-none" (i32.const 0x1_0000) (i32.const 0x5_0000)) "out of bounds memory access")
(assert_trap (invoke "protect-none" (i32.const 0x2_0000) (i32.const 0x4_0000)) "memory protection violation")
(assert_trap (invoke "protect-none" (i32.const 0x5_0000) (i32.const 0x1_0000)) "memory protection violation")
(assert_return (invoke "load64" (i32.const 0x2_0000)) (i64.const 0))

;; [7.a] [7.b] [7.c] [7.d] [7.e] Segments: the size, no length, the sections, the pages.
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x5_ffff) (prot readwrite) "ab"))
  "out of bounds memory access"
)
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x6_0001) ""))
  "out of bounds memory access"
)
(module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x4_0000) "") (data (i32.const 0) ""))
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0xffff) "ab"))
  "out of bounds memory access"
)
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x1_ffff) "ab"))
  "out of bounds memory access"
)
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x2_ffff) "ab"))
  "memory protection violation"
)
(assert_trap
  (module (memory (import "P" "m") virtual 4 (noaccess 1) (readonly 1)) (data (i32.const 0x4_ffff) "ab"))
  "memory protection violation"
)
(assert_trap (invoke $P "load" (i32.const 0x5_0000)) "memory protection violation")
(assert_return (invoke $P "load" (i32.const 0x2_ffff)) (i32.const 0))
