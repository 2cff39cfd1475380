;; features: memory-control
;; Vector loads: whole, extending, splatting, zero-padding, and of one lane; what counts is the bytes that are really read (section 4): CHECK R over all n bytes, on each side of the pages' boundaries.

;; Pages: 0 unmapped, 1 read, 2 readwrite, 3 none, 4 read, 5 unmapped.
(module
  (memory virtual 6)
  (data (i32.const 0x1_fff0) (prot read) "\81\02\83\04\85\06\87\08\89\0a\8b\0c\8d\0e\8f\3f")
  (data (i32.const 0x2_0000) (prot readwrite) "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (data (i32.const 0x2_fff0) (prot readwrite) "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (data (i32.const 0x3_0000) (prot none) "\ff\ff\ff\ff")
  (data (i32.const 0x4_fff0) (prot read) "\81\02\83\04\85\06\87\08\89\0a\8b\0c\8d\0e\8f\3f")
  (func (export "v128.load") (param i32) (result v128) (v128.load (local.get 0)))
  (func (export "v128.load8x8_s") (param i32) (result v128) (v128.load8x8_s (local.get 0)))
  (func (export "v128.load8x8_u") (param i32) (result v128) (v128.load8x8_u (local.get 0)))
  (func (export "v128.load16x4_s") (param i32) (result v128) (v128.load16x4_s (local.get 0)))
  (func (export "v128.load16x4_u") (param i32) (result v128) (v128.load16x4_u (local.get 0)))
  (func (export "v128.load32x2_s") (param i32) (result v128) (v128.load32x2_s (local.get 0)))
  (func (export "v128.load32x2_u") (param i32) (result v128) (v128.load32x2_u (local.get 0)))
  (func (export "v128.load8_splat") (param i32) (result v128) (v128.load8_splat (local.get 0)))
  (func (export "v128.load16_splat") (param i32) (result v128) (v128.load16_splat (local.get 0)))
  (func (export "v128.load32_splat") (param i32) (result v128) (v128.load32_splat (local.get 0)))
  (func (export "v128.load64_splat") (param i32) (result v128) (v128.load64_splat (local.get 0)))
  (func (export "v128.load32_zero") (param i32) (result v128) (v128.load32_zero (local.get 0)))
  (func (export "v128.load64_zero") (param i32) (result v128) (v128.load64_zero (local.get 0)))
  (func (export "v128.load8_lane") (param i32) (result v128)
    (v128.load8_lane 9 (local.get 0) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0xf9 0xfa 0xfb 0xfc 0xfd 0xfe 0xff)))
  (func (export "v128.load16_lane") (param i32) (result v128)
    (v128.load16_lane 5 (local.get 0) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0xf9 0xfa 0xfb 0xfc 0xfd 0xfe 0xff)))
  (func (export "v128.load32_lane") (param i32) (result v128)
    (v128.load32_lane 2 (local.get 0) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0xf9 0xfa 0xfb 0xfc 0xfd 0xfe 0xff)))
  (func (export "v128.load64_lane") (param i32) (result v128)
    (v128.load64_lane 1 (local.get 0) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0xf9 0xfa 0xfb 0xfc 0xfd 0xfe 0xff)))
)

;; [4.load] [4.4] v128.load reads 16 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load" (i32.const 0x1_fff8)) (v128.const i8x16 0x89 0x0a 0x8b 0x0c 0x8d 0x0e 0x8f 0x3f 0x91 0x12 0x93 0x14 0x95 0x16 0x97 0x18))
(assert_return (invoke "v128.load" (i32.const 0x1_ffff)) (v128.const i8x16 0x3f 0x91 0x12 0x93 0x14 0x95 0x16 0x97 0x18 0x99 0x1a 0x9b 0x1c 0x9d 0x1e 0x9f))
(assert_return (invoke "v128.load" (i32.const 0x2_fff0)) (v128.const i8x16 0x91 0x12 0x93 0x14 0x95 0x16 0x97 0x18 0x99 0x1a 0x9b 0x1c 0x9d 0x1e 0x9f 0x40))
(assert_trap (invoke "v128.load" (i32.const 0x2_fff1)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0x3_fff8)) "memory protection violation")
(assert_return (invoke "v128.load" (i32.const 0x4_fff0)) (v128.const i8x16 0x81 0x02 0x83 0x04 0x85 0x06 0x87 0x08 0x89 0x0a 0x8b 0x0c 0x8d 0x0e 0x8f 0x3f))
(assert_trap (invoke "v128.load" (i32.const 0x4_fff1)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0xfff1)) "memory protection violation")
(assert_return (invoke "v128.load" (i32.const 0x1_0000)) (v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00))
;; and at the end of the memory.
(assert_trap (invoke "v128.load" (i32.const 0x5_fff0)) "memory protection violation")
(assert_trap (invoke "v128.load" (i32.const 0x5_fff1)) "out of bounds memory access")
(assert_trap (invoke "v128.load" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load8x8_s reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load8x8_s" (i32.const 0x1_fffc)) (v128.const i16x8 0xff8d 0x000e 0xff8f 0x003f 0xff91 0x0012 0xff93 0x0014))
(assert_return (invoke "v128.load8x8_s" (i32.const 0x1_ffff)) (v128.const i16x8 0x003f 0xff91 0x0012 0xff93 0x0014 0xff95 0x0016 0xff97))
(assert_return (invoke "v128.load8x8_s" (i32.const 0x2_fff8)) (v128.const i16x8 0xff99 0x001a 0xff9b 0x001c 0xff9d 0x001e 0xff9f 0x0040))
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load8x8_s" (i32.const 0x4_fff8)) (v128.const i16x8 0xff89 0x000a 0xff8b 0x000c 0xff8d 0x000e 0xff8f 0x003f))
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load8x8_s" (i32.const 0x1_0000)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load8x8_u reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load8x8_u" (i32.const 0x1_fffc)) (v128.const i16x8 0x008d 0x000e 0x008f 0x003f 0x0091 0x0012 0x0093 0x0014))
(assert_return (invoke "v128.load8x8_u" (i32.const 0x1_ffff)) (v128.const i16x8 0x003f 0x0091 0x0012 0x0093 0x0014 0x0095 0x0016 0x0097))
(assert_return (invoke "v128.load8x8_u" (i32.const 0x2_fff8)) (v128.const i16x8 0x0099 0x001a 0x009b 0x001c 0x009d 0x001e 0x009f 0x0040))
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load8x8_u" (i32.const 0x4_fff8)) (v128.const i16x8 0x0089 0x000a 0x008b 0x000c 0x008d 0x000e 0x008f 0x003f))
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load8x8_u" (i32.const 0x1_0000)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load16x4_s reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load16x4_s" (i32.const 0x1_fffc)) (v128.const i32x4 0x0000_0e8d 0x0000_3f8f 0x0000_1291 0x0000_1493))
(assert_return (invoke "v128.load16x4_s" (i32.const 0x1_ffff)) (v128.const i32x4 0xffff_913f 0xffff_9312 0xffff_9514 0xffff_9716))
(assert_return (invoke "v128.load16x4_s" (i32.const 0x2_fff8)) (v128.const i32x4 0x0000_1a99 0x0000_1c9b 0x0000_1e9d 0x0000_409f))
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load16x4_s" (i32.const 0x4_fff8)) (v128.const i32x4 0x0000_0a89 0x0000_0c8b 0x0000_0e8d 0x0000_3f8f))
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load16x4_s" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load16x4_u reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load16x4_u" (i32.const 0x1_fffc)) (v128.const i32x4 0x0000_0e8d 0x0000_3f8f 0x0000_1291 0x0000_1493))
(assert_return (invoke "v128.load16x4_u" (i32.const 0x1_ffff)) (v128.const i32x4 0x0000_913f 0x0000_9312 0x0000_9514 0x0000_9716))
(assert_return (invoke "v128.load16x4_u" (i32.const 0x2_fff8)) (v128.const i32x4 0x0000_1a99 0x0000_1c9b 0x0000_1e9d 0x0000_409f))
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load16x4_u" (i32.const 0x4_fff8)) (v128.const i32x4 0x0000_0a89 0x0000_0c8b 0x0000_0e8d 0x0000_3f8f))
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load16x4_u" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load32x2_s reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load32x2_s" (i32.const 0x1_fffc)) (v128.const i64x2 0x0000_0000_3f8f_0e8d 0x0000_0000_1493_1291))
(assert_return (invoke "v128.load32x2_s" (i32.const 0x1_ffff)) (v128.const i64x2 0xffff_ffff_9312_913f 0xffff_ffff_9716_9514))
(assert_return (invoke "v128.load32x2_s" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_1c9b_1a99 0x0000_0000_409f_1e9d))
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load32x2_s" (i32.const 0x4_fff8)) (v128.const i64x2 0x0000_0000_0c8b_0a89 0x0000_0000_3f8f_0e8d))
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load32x2_s" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load32x2_u reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load32x2_u" (i32.const 0x1_fffc)) (v128.const i64x2 0x0000_0000_3f8f_0e8d 0x0000_0000_1493_1291))
(assert_return (invoke "v128.load32x2_u" (i32.const 0x1_ffff)) (v128.const i64x2 0x0000_0000_9312_913f 0x0000_0000_9716_9514))
(assert_return (invoke "v128.load32x2_u" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_1c9b_1a99 0x0000_0000_409f_1e9d))
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load32x2_u" (i32.const 0x4_fff8)) (v128.const i64x2 0x0000_0000_0c8b_0a89 0x0000_0000_3f8f_0e8d))
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load32x2_u" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load8_splat reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "v128.load8_splat" (i32.const 0x1_ffff)) (v128.const i8x16 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f))
(assert_return (invoke "v128.load8_splat" (i32.const 0x2_0000)) (v128.const i8x16 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91))
(assert_return (invoke "v128.load8_splat" (i32.const 0x2_ffff)) (v128.const i8x16 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40 0x40))
(assert_trap (invoke "v128.load8_splat" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load8_splat" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "v128.load8_splat" (i32.const 0x4_ffff)) (v128.const i8x16 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f))
(assert_trap (invoke "v128.load8_splat" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.load8_splat" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "v128.load8_splat" (i32.const 0x1_0000)) (v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00))
;; and at the end of the memory.
(assert_trap (invoke "v128.load8_splat" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8_splat" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.load8_splat" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load16_splat reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load16_splat" (i32.const 0x1_ffff)) (v128.const i16x8 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f))
(assert_return (invoke "v128.load16_splat" (i32.const 0x2_fffe)) (v128.const i16x8 0x409f 0x409f 0x409f 0x409f 0x409f 0x409f 0x409f 0x409f))
(assert_trap (invoke "v128.load16_splat" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load16_splat" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "v128.load16_splat" (i32.const 0x4_fffe)) (v128.const i16x8 0x3f8f 0x3f8f 0x3f8f 0x3f8f 0x3f8f 0x3f8f 0x3f8f 0x3f8f))
(assert_trap (invoke "v128.load16_splat" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "v128.load16_splat" (i32.const 0x1_0000)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load16_splat" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "v128.load16_splat" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_splat" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load32_splat reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load32_splat" (i32.const 0x1_fffe)) (v128.const i32x4 0x1291_3f8f 0x1291_3f8f 0x1291_3f8f 0x1291_3f8f))
(assert_return (invoke "v128.load32_splat" (i32.const 0x1_ffff)) (v128.const i32x4 0x9312_913f 0x9312_913f 0x9312_913f 0x9312_913f))
(assert_return (invoke "v128.load32_splat" (i32.const 0x2_fffc)) (v128.const i32x4 0x409f_1e9d 0x409f_1e9d 0x409f_1e9d 0x409f_1e9d))
(assert_trap (invoke "v128.load32_splat" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load32_splat" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "v128.load32_splat" (i32.const 0x4_fffc)) (v128.const i32x4 0x3f8f_0e8d 0x3f8f_0e8d 0x3f8f_0e8d 0x3f8f_0e8d))
(assert_trap (invoke "v128.load32_splat" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "v128.load32_splat" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load32_splat" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "v128.load32_splat" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_splat" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load64_splat reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load64_splat" (i32.const 0x1_fffc)) (v128.const i64x2 0x1493_1291_3f8f_0e8d 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "v128.load64_splat" (i32.const 0x1_ffff)) (v128.const i64x2 0x9716_9514_9312_913f 0x9716_9514_9312_913f))
(assert_return (invoke "v128.load64_splat" (i32.const 0x2_fff8)) (v128.const i64x2 0x409f_1e9d_1c9b_1a99 0x409f_1e9d_1c9b_1a99))
(assert_trap (invoke "v128.load64_splat" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load64_splat" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load64_splat" (i32.const 0x4_fff8)) (v128.const i64x2 0x3f8f_0e8d_0c8b_0a89 0x3f8f_0e8d_0c8b_0a89))
(assert_trap (invoke "v128.load64_splat" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load64_splat" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load64_splat" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load64_splat" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_splat" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load32_zero reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load32_zero" (i32.const 0x1_fffe)) (v128.const i32x4 0x1291_3f8f 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_return (invoke "v128.load32_zero" (i32.const 0x1_ffff)) (v128.const i32x4 0x9312_913f 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_return (invoke "v128.load32_zero" (i32.const 0x2_fffc)) (v128.const i32x4 0x409f_1e9d 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load32_zero" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load32_zero" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "v128.load32_zero" (i32.const 0x4_fffc)) (v128.const i32x4 0x3f8f_0e8d 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load32_zero" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "v128.load32_zero" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load32_zero" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "v128.load32_zero" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_zero" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load64_zero reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load64_zero" (i32.const 0x1_fffc)) (v128.const i64x2 0x1493_1291_3f8f_0e8d 0x0000_0000_0000_0000))
(assert_return (invoke "v128.load64_zero" (i32.const 0x1_ffff)) (v128.const i64x2 0x9716_9514_9312_913f 0x0000_0000_0000_0000))
(assert_return (invoke "v128.load64_zero" (i32.const 0x2_fff8)) (v128.const i64x2 0x409f_1e9d_1c9b_1a99 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load64_zero" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load64_zero" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load64_zero" (i32.const 0x4_fff8)) (v128.const i64x2 0x3f8f_0e8d_0c8b_0a89 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load64_zero" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load64_zero" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load64_zero" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load64_zero" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_zero" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load8_lane reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "v128.load8_lane" (i32.const 0x1_ffff)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x3f 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_return (invoke "v128.load8_lane" (i32.const 0x2_0000)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x91 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_return (invoke "v128.load8_lane" (i32.const 0x2_ffff)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x40 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_trap (invoke "v128.load8_lane" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load8_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "v128.load8_lane" (i32.const 0x4_ffff)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x3f 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_trap (invoke "v128.load8_lane" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "v128.load8_lane" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "v128.load8_lane" (i32.const 0x1_0000)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x00 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
;; and at the end of the memory.
(assert_trap (invoke "v128.load8_lane" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load8_lane" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.load8_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load16_lane reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load16_lane" (i32.const 0x1_ffff)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x913f 0xfdfc 0xfffe))
(assert_return (invoke "v128.load16_lane" (i32.const 0x2_fffe)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x409f 0xfdfc 0xfffe))
(assert_trap (invoke "v128.load16_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load16_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "v128.load16_lane" (i32.const 0x4_fffe)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x3f8f 0xfdfc 0xfffe))
(assert_trap (invoke "v128.load16_lane" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "v128.load16_lane" (i32.const 0x1_0000)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x0000 0xfdfc 0xfffe))
;; and at the end of the memory.
(assert_trap (invoke "v128.load16_lane" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "v128.load16_lane" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load32_lane reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load32_lane" (i32.const 0x1_fffe)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x1291_3f8f 0xfffe_fdfc))
(assert_return (invoke "v128.load32_lane" (i32.const 0x1_ffff)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x9312_913f 0xfffe_fdfc))
(assert_return (invoke "v128.load32_lane" (i32.const 0x2_fffc)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x409f_1e9d 0xfffe_fdfc))
(assert_trap (invoke "v128.load32_lane" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load32_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "v128.load32_lane" (i32.const 0x4_fffc)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x3f8f_0e8d 0xfffe_fdfc))
(assert_trap (invoke "v128.load32_lane" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "v128.load32_lane" (i32.const 0x1_0000)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x0000_0000 0xfffe_fdfc))
;; and at the end of the memory.
(assert_trap (invoke "v128.load32_lane" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "v128.load32_lane" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] v128.load64_lane reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "v128.load64_lane" (i32.const 0x1_fffc)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "v128.load64_lane" (i32.const 0x1_ffff)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x9716_9514_9312_913f))
(assert_return (invoke "v128.load64_lane" (i32.const 0x2_fff8)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x409f_1e9d_1c9b_1a99))
(assert_trap (invoke "v128.load64_lane" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "v128.load64_lane" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "v128.load64_lane" (i32.const 0x4_fff8)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x3f8f_0e8d_0c8b_0a89))
(assert_trap (invoke "v128.load64_lane" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "v128.load64_lane" (i32.const 0x1_0000)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x0000_0000_0000_0000))
;; and at the end of the memory.
(assert_trap (invoke "v128.load64_lane" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "v128.load64_lane" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_lane" (i32.const 0xffff_ffff)) "out of bounds memory access")
