;; features: memory-control
;; Vector stores, of all and of one lane (section 4): CHECK W over all n bytes, and no byte written where it fails, on each side of the pages' boundaries.

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
  (func (export "v128.store") (param i32)
    (v128.store (local.get 0) (v128.const i8x16 0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf)))
  (func (export "v128.store8_lane") (param i32)
    (v128.store8_lane 9 (local.get 0) (v128.const i8x16 0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf)))
  (func (export "v128.store16_lane") (param i32)
    (v128.store16_lane 5 (local.get 0) (v128.const i8x16 0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf)))
  (func (export "v128.store32_lane") (param i32)
    (v128.store32_lane 2 (local.get 0) (v128.const i8x16 0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf)))
  (func (export "v128.store64_lane") (param i32)
    (v128.store64_lane 1 (local.get 0) (v128.const i8x16 0xb0 0xb1 0xb2 0xb3 0xb4 0xb5 0xb6 0xb7 0xb8 0xb9 0xba 0xbb 0xbc 0xbd 0xbe 0xbf)))
)

;; [4.store] [4.4] v128.store writes 16 bytes: across two writable pages,
(assert_return (invoke "v128.store" (i32.const 0x1_fff8)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xb7b6_b5b4_b3b2_b1b0) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "v128.store" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xb8b7_b6b5_b4b3_b2b1) (i64.const 0xbf_bebd_bcbb_bab9))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "v128.store" (i32.const 0x2_fff0)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "v128.store" (i32.const 0x2_fff1)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x3_fff1)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "v128.store" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x4_fff1)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "v128.store" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0xfff1)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "v128.store" (i32.const 0x6_fff0)) "memory protection violation")
(assert_trap (invoke "v128.store" (i32.const 0x6_fff1)) "out of bounds memory access")
(assert_trap (invoke "v128.store" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] v128.store8_lane writes 1 byte: on each side of a boundary,
(assert_return (invoke "v128.store8_lane" (i32.const 0x1_ffff)))
(assert_return (invoke "v128.store8_lane" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xb900_0000_0000_0000) (i64.const 0xb9))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "v128.store8_lane" (i32.const 0x2_ffff)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xb900_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "v128.store8_lane" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "v128.store8_lane" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "v128.store8_lane" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.store8_lane" (i32.const 0xffff)) "memory protection violation")
;; and at the end of the memory.
(assert_trap (invoke "v128.store8_lane" (i32.const 0x6_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store8_lane" (i32.const 0x7_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store8_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] v128.store16_lane writes 2 bytes: across two writable pages,
(assert_return (invoke "v128.store16_lane" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xba00_0000_0000_0000) (i64.const 0xbb))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "v128.store16_lane" (i32.const 0x2_fffe)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xbbba_0000_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "v128.store16_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x3_ffff)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "v128.store16_lane" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "v128.store16_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "v128.store16_lane" (i32.const 0x6_fffe)) "memory protection violation")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x6_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store16_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] v128.store32_lane writes 4 bytes: across two writable pages,
(assert_return (invoke "v128.store32_lane" (i32.const 0x1_fffe)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xb9b8_0000_0000_0000) (i64.const 0xbbba))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "v128.store32_lane" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xb800_0000_0000_0000) (i64.const 0xbb_bab9))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "v128.store32_lane" (i32.const 0x2_fffc)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xbbba_b9b8_0000_0000))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "v128.store32_lane" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x3_fffd)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "v128.store32_lane" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "v128.store32_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "v128.store32_lane" (i32.const 0x6_fffc)) "memory protection violation")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x6_fffd)) "out of bounds memory access")
(assert_trap (invoke "v128.store32_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.store] [4.4] v128.store64_lane writes 8 bytes: across two writable pages,
(assert_return (invoke "v128.store64_lane" (i32.const 0x1_fffc)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xbbba_b9b8_0000_0000) (i64.const 0xbfbe_bdbc))
(invoke "clear" (i32.const 0x1_fff8) (i32.const 16))
(assert_return (invoke "v128.store64_lane" (i32.const 0x1_ffff)))
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0xb800_0000_0000_0000) (i64.const 0xbf_bebd_bcbb_bab9))
(invoke "clear" (i32.const 0x1_fff0) (i32.const 32))
;; up to the end of the last one, not beyond,
(assert_return (invoke "v128.store64_lane" (i32.const 0x2_fff8)))
(assert_return (invoke "below" (i32.const 0x3_0000)) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(invoke "clear" (i32.const 0x2_fff0) (i32.const 16))
(assert_trap (invoke "v128.store64_lane" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x3_0000)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x3_fff9)) "memory protection violation")
;; with no byte written on either side,
(assert_return (invoke "peek" (i32.const 0x3_0000)) (i64.const 0) (i64.const 0))
(assert_return (invoke "peek" (i32.const 0x4_0000)) (i64.const 0) (i64.const 0))
;; to none, to unmapped,
(assert_trap (invoke "v128.store64_lane" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x4_ffff)) "memory protection violation")
(assert_return (invoke "below" (i32.const 0x5_0000)) (i64.const 0))
(assert_trap (invoke "v128.store64_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "above" (i32.const 0x1_0000)) (i64.const 0))
;; and at the end of the memory.
(assert_trap (invoke "v128.store64_lane" (i32.const 0x6_fff8)) "memory protection violation")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x6_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.store64_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")
