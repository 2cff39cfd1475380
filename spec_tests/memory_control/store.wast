;; features: memory-control
;; Scalar stores (section 4): CHECK W over all n bytes, and no byte written where it fails, on each side of the pages' boundaries.

;; Pages: 0 unmapped, 1 readwrite, 2 readwrite, 3 read, 4 readwrite, 5 none, 6 unmapped. `peek` reads the eight bytes on each side of
;; a boundary that may be read; `clear` makes them zero again.
(module
  (memory virtual 7)
  (data (i32.const 0x1_ffff) (prot readwrite) "\00\00")
  (data (i32.const 0x3_0000) (prot read) "\00")
  (data (i32.const 0x4_0000) (prot readwrite) "\00")
  (data (i32.const 0x5_0000) (prot none) "\00")
  (func (export "peek") (param i32) (result i64 i64)
    (i64.load offset=0 (i32.sub (local.get 0) (i32.const 8)))
    (i64.load offset=8 (i32.sub (local.get 0) (i32.const 8))))
  (func (export "below") (param i32) (result i64) (i64.load (i32.sub (local.get 0) (i32.const 8))))
  (func (export "above") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "clear") (param i32 i32) (memory.fill (local.get 0) (i32.const 0) (local.get 1)))
  (func (export "i32.store") (param i32) (i32.store (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i32.store8") (param i32) (i32.store8 (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i32.store16") (param i32) (i32.store16 (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i64.store") (param i32) (i64.store (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store8") (param i32) (i64.store8 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store16") (param i32) (i64.store16 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store32") (param i32) (i64.store32 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "f32.store") (param i32) (f32.store (local.get 0) (f32.const 0x1.8p+1)))
  (func (export "f64.store") (param i32) (f64.store (local.get 0) (f64.const 0x1.23456789abcdep+1)))
)

;; [4.store] [4.4] i32.store writes 4 bytes: across two writable pages,
(assert_return (invoke "i32.store" (i32.const 0x1_fffe)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa2a1_0000_0000_0000) (i64.const 0xa4a3))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "i32.store" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa4_a3a2))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i32.store" (i32.const 0x2_fffc)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa4a3_a2a1_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i32.store" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x3_fffd)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i32.store" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "i32.store" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "i32.store" (i32.const 0x6_fffc)) "memory protection violation")
(assert_trap (invoke "i32.store" (i32.const 0x6_fffd)) "out of bounds memory access")
(assert_trap (invoke "i32.store" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i32.store8 writes 1 byte: on each side of a boundary,
(assert_return (invoke "i32.store8" (i32.const 0x1_ffff)))
(assert_return (invoke "i32.store8" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa1))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i32.store8" (i32.const 0x2_ffff)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa100_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i32.store8" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i32.store8" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i32.store8" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i32.store8" (i32.const 0xffff)) "memory protection violation")
;; and at the end of the memory.
(assert_trap (invoke "i32.store8" (i32.const 0x6_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store8" (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.store8" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i32.store16 writes 2 bytes: across two writable pages,
(assert_return (invoke "i32.store16" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa2))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i32.store16" (i32.const 0x2_fffe)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa2a1_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i32.store16" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i32.store16" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "i32.store16" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "i32.store16" (i32.const 0x6_fffe)) "memory protection violation")
(assert_trap (invoke "i32.store16" (i32.const 0x6_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.store16" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i64.store writes 8 bytes: across two writable pages,
(assert_return (invoke "i64.store" (i32.const 0x1_fffc)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa4a3_a2a1_0000_0000) (i64.const 0xa8a7_a6a5))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "i64.store" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa8_a7a6_a5a4_a3a2))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i64.store" (i32.const 0x2_fff8)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa8a7_a6a5_a4a3_a2a1))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i64.store" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x3_fff9)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i64.store" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "i64.store" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "i64.store" (i32.const 0x6_fff8)) "memory protection violation")
(assert_trap (invoke "i64.store" (i32.const 0x6_fff9)) "out of bounds memory access")
(assert_trap (invoke "i64.store" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i64.store8 writes 1 byte: on each side of a boundary,
(assert_return (invoke "i64.store8" (i32.const 0x1_ffff)))
(assert_return (invoke "i64.store8" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa1))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i64.store8" (i32.const 0x2_ffff)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa100_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i64.store8" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i64.store8" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i64.store8" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.store8" (i32.const 0xffff)) "memory protection violation")
;; and at the end of the memory.
(assert_trap (invoke "i64.store8" (i32.const 0x6_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store8" (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.store8" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i64.store16 writes 2 bytes: across two writable pages,
(assert_return (invoke "i64.store16" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa2))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i64.store16" (i32.const 0x2_fffe)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa2a1_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i64.store16" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i64.store16" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "i64.store16" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "i64.store16" (i32.const 0x6_fffe)) "memory protection violation")
(assert_trap (invoke "i64.store16" (i32.const 0x6_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.store16" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] i64.store32 writes 4 bytes: across two writable pages,
(assert_return (invoke "i64.store32" (i32.const 0x1_fffe)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa2a1_0000_0000_0000) (i64.const 0xa4a3))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "i64.store32" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xa100_0000_0000_0000) (i64.const 0xa4_a3a2))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "i64.store32" (i32.const 0x2_fffc)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xa4a3_a2a1_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "i64.store32" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x3_fffd)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "i64.store32" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "i64.store32" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "i64.store32" (i32.const 0x6_fffc)) "memory protection violation")
(assert_trap (invoke "i64.store32" (i32.const 0x6_fffd)) "out of bounds memory access")
(assert_trap (invoke "i64.store32" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] f32.store writes 4 bytes: across two writable pages,
(assert_return (invoke "f32.store" (i32.const 0x1_fffe)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0) (i64.const 0x4040))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "f32.store" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0) (i64.const 0x40_4000))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "f32.store" (i32.const 0x2_fffc)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0x4040_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "f32.store" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x3_fffd)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "f32.store" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "f32.store" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "f32.store" (i32.const 0x6_fffc)) "memory protection violation")
(assert_trap (invoke "f32.store" (i32.const 0x6_fffd)) "out of bounds memory access")
(assert_trap (invoke "f32.store" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] f64.store writes 8 bytes: across two writable pages,
(assert_return (invoke "f64.store" (i32.const 0x1_fffc)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0x789a_bcde_0000_0000) (i64.const 0x4002_3456))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "f64.store" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xde00_0000_0000_0000) (i64.const 0x40_0234_5678_9abc))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "f64.store" (i32.const 0x2_fff8)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0x4002_3456_789a_bcde))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "f64.store" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x3_fff9)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "f64.store" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "f64.store" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "f64.store" (i32.const 0x6_fff8)) "memory protection violation")
(assert_trap (invoke "f64.store" (i32.const 0x6_fff9)) "out of bounds memory access")
(assert_trap (invoke "f64.store" (i32.const 0xffff_ffff)) "out of bounds memory access")
