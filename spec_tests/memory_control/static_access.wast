;; features: memory-control
;; Every load and store, scalar and vector, at the bounds of the static sections (section 4, step 3) and at the end.

;; No-access [0, 0x1_0000), read-only [0x1_0000, 0x2_0000), growable [0x2_0000, 0x3_0000).
(module
  (memory 1 (noaccess 1) (readonly 1))
  (data (i32.const 0x1_0000) "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (data (i32.const 0x1_fff0) "\81\02\83\04\85\06\87\08\89\0a\8b\0c\8d\0e\8f\3f" "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (func (export "peek") (param i32) (result i64 i64)
    (i64.load offset=0 (i32.sub (local.get 0) (i32.const 8)))
    (i64.load offset=8 (i32.sub (local.get 0) (i32.const 8))))
  (func (export "i32.load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "i32.load8_s") (param i32) (result i32) (i32.load8_s (local.get 0)))
  (func (export "i32.load8_u") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "i32.load16_s") (param i32) (result i32) (i32.load16_s (local.get 0)))
  (func (export "i32.load16_u") (param i32) (result i32) (i32.load16_u (local.get 0)))
  (func (export "i64.load") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "i64.load8_s") (param i32) (result i64) (i64.load8_s (local.get 0)))
  (func (export "i64.load8_u") (param i32) (result i64) (i64.load8_u (local.get 0)))
  (func (export "i64.load16_s") (param i32) (result i64) (i64.load16_s (local.get 0)))
  (func (export "i64.load16_u") (param i32) (result i64) (i64.load16_u (local.get 0)))
  (func (export "i64.load32_s") (param i32) (result i64) (i64.load32_s (local.get 0)))
  (func (export "i64.load32_u") (param i32) (result i64) (i64.load32_u (local.get 0)))
  (func (export "f32.load") (param i32) (result f32) (f32.load (local.get 0)))
  (func (export "f64.load") (param i32) (result f64) (f64.load (local.get 0)))
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
  (func (export "i32.store") (param i32) (i32.store (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i32.store8") (param i32) (i32.store8 (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i32.store16") (param i32) (i32.store16 (local.get 0) (i32.const 0xa4a3_a2a1)))
  (func (export "i64.store") (param i32) (i64.store (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store8") (param i32) (i64.store8 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store16") (param i32) (i64.store16 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "i64.store32") (param i32) (i64.store32 (local.get 0) (i64.const 0xa8a7_a6a5_a4a3_a2a1)))
  (func (export "f32.store") (param i32) (f32.store (local.get 0) (f32.const 0x1.8p+1)))
  (func (export "f64.store") (param i32) (f64.store (local.get 0) (f64.const 0x1.23456789abcdep+1)))
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

;; [4.load] [4.3] [4.1] i32.load
(assert_trap (invoke "i32.load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i32.load" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "i32.load" (i32.const 0x1_0000)) (i32.const 0x1493_1291))
(assert_return (invoke "i32.load" (i32.const 0x1_fffe)) (i32.const 0x1291_3f8f))
(assert_return (invoke "i32.load" (i32.const 0x2_fffc)) (i32.const 0x0))
(assert_trap (invoke "i32.load" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i32.load8_s
(assert_trap (invoke "i32.load8_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.load8_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "i32.load8_s" (i32.const 0x1_0000)) (i32.const 0xffff_ff91))
(assert_return (invoke "i32.load8_s" (i32.const 0x1_ffff)) (i32.const 0x3f))
(assert_return (invoke "i32.load8_s" (i32.const 0x2_ffff)) (i32.const 0x0))
(assert_trap (invoke "i32.load8_s" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i32.load8_u
(assert_trap (invoke "i32.load8_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.load8_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "i32.load8_u" (i32.const 0x1_0000)) (i32.const 0x91))
(assert_return (invoke "i32.load8_u" (i32.const 0x1_ffff)) (i32.const 0x3f))
(assert_return (invoke "i32.load8_u" (i32.const 0x2_ffff)) (i32.const 0x0))
(assert_trap (invoke "i32.load8_u" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i32.load16_s
(assert_trap (invoke "i32.load16_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_s" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "i32.load16_s" (i32.const 0x1_0000)) (i32.const 0x1291))
(assert_return (invoke "i32.load16_s" (i32.const 0x1_ffff)) (i32.const 0xffff_913f))
(assert_return (invoke "i32.load16_s" (i32.const 0x2_fffe)) (i32.const 0x0))
(assert_trap (invoke "i32.load16_s" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i32.load16_u
(assert_trap (invoke "i32.load16_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_u" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "i32.load16_u" (i32.const 0x1_0000)) (i32.const 0x1291))
(assert_return (invoke "i32.load16_u" (i32.const 0x1_ffff)) (i32.const 0x913f))
(assert_return (invoke "i32.load16_u" (i32.const 0x2_fffe)) (i32.const 0x0))
(assert_trap (invoke "i32.load16_u" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load
(assert_trap (invoke "i64.load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "i64.load" (i32.const 0x1_0000)) (i64.const 0x1897_1695_1493_1291))
(assert_return (invoke "i64.load" (i32.const 0x1_fffc)) (i64.const 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "i64.load" (i32.const 0x2_fff8)) (i64.const 0x0))
(assert_trap (invoke "i64.load" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load8_s
(assert_trap (invoke "i64.load8_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load8_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "i64.load8_s" (i32.const 0x1_0000)) (i64.const 0xffff_ffff_ffff_ff91))
(assert_return (invoke "i64.load8_s" (i32.const 0x1_ffff)) (i64.const 0x3f))
(assert_return (invoke "i64.load8_s" (i32.const 0x2_ffff)) (i64.const 0x0))
(assert_trap (invoke "i64.load8_s" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load8_u
(assert_trap (invoke "i64.load8_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load8_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "i64.load8_u" (i32.const 0x1_0000)) (i64.const 0x91))
(assert_return (invoke "i64.load8_u" (i32.const 0x1_ffff)) (i64.const 0x3f))
(assert_return (invoke "i64.load8_u" (i32.const 0x2_ffff)) (i64.const 0x0))
(assert_trap (invoke "i64.load8_u" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load16_s
(assert_trap (invoke "i64.load16_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_s" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "i64.load16_s" (i32.const 0x1_0000)) (i64.const 0x1291))
(assert_return (invoke "i64.load16_s" (i32.const 0x1_ffff)) (i64.const 0xffff_ffff_ffff_913f))
(assert_return (invoke "i64.load16_s" (i32.const 0x2_fffe)) (i64.const 0x0))
(assert_trap (invoke "i64.load16_s" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load16_u
(assert_trap (invoke "i64.load16_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_u" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "i64.load16_u" (i32.const 0x1_0000)) (i64.const 0x1291))
(assert_return (invoke "i64.load16_u" (i32.const 0x1_ffff)) (i64.const 0x913f))
(assert_return (invoke "i64.load16_u" (i32.const 0x2_fffe)) (i64.const 0x0))
(assert_trap (invoke "i64.load16_u" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load32_s
(assert_trap (invoke "i64.load32_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_s" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "i64.load32_s" (i32.const 0x1_0000)) (i64.const 0x1493_1291))
(assert_return (invoke "i64.load32_s" (i32.const 0x1_fffe)) (i64.const 0x1291_3f8f))
(assert_return (invoke "i64.load32_s" (i32.const 0x2_fffc)) (i64.const 0x0))
(assert_trap (invoke "i64.load32_s" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] i64.load32_u
(assert_trap (invoke "i64.load32_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_u" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "i64.load32_u" (i32.const 0x1_0000)) (i64.const 0x1493_1291))
(assert_return (invoke "i64.load32_u" (i32.const 0x1_fffe)) (i64.const 0x1291_3f8f))
(assert_return (invoke "i64.load32_u" (i32.const 0x2_fffc)) (i64.const 0x0))
(assert_trap (invoke "i64.load32_u" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] f32.load
(assert_trap (invoke "f32.load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "f32.load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "f32.load" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "f32.load" (i32.const 0x1_0000)) (f32.const 0x1.2625220000000p-86))
(assert_return (invoke "f32.load" (i32.const 0x1_fffe)) (f32.const 0x1.227f1e0000000p-90))
(assert_return (invoke "f32.load" (i32.const 0x2_fffc)) (f32.const 0x0.0p+0))
(assert_trap (invoke "f32.load" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] f64.load
(assert_trap (invoke "f64.load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "f64.load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "f64.load" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "f64.load" (i32.const 0x1_0000)) (f64.const 0x1.7169514931291p-630))
(assert_return (invoke "f64.load" (i32.const 0x1_fffc)) (f64.const 0x1.312913f8f0e8dp-694))
(assert_return (invoke "f64.load" (i32.const 0x2_fff8)) (f64.const 0x0.0p+0))
(assert_trap (invoke "f64.load" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load
(assert_trap (invoke "v128.load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load" (i32.const 0xfff0)) "out of bounds memory access")
(assert_return (invoke "v128.load" (i32.const 0x1_0000)) (v128.const i8x16 0x91 0x12 0x93 0x14 0x95 0x16 0x97 0x18 0x99 0x1a 0x9b 0x1c 0x9d 0x1e 0x9f 0x40))
(assert_return (invoke "v128.load" (i32.const 0x1_fff8)) (v128.const i8x16 0x89 0x0a 0x8b 0x0c 0x8d 0x0e 0x8f 0x3f 0x91 0x12 0x93 0x14 0x95 0x16 0x97 0x18))
(assert_return (invoke "v128.load" (i32.const 0x2_fff0)) (v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00))
(assert_trap (invoke "v128.load" (i32.const 0x2_fff1)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load8x8_s
(assert_trap (invoke "v128.load8x8_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_s" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load8x8_s" (i32.const 0x1_0000)) (v128.const i16x8 0xff91 0x0012 0xff93 0x0014 0xff95 0x0016 0xff97 0x0018))
(assert_return (invoke "v128.load8x8_s" (i32.const 0x1_fffc)) (v128.const i16x8 0xff8d 0x000e 0xff8f 0x003f 0xff91 0x0012 0xff93 0x0014))
(assert_return (invoke "v128.load8x8_s" (i32.const 0x2_fff8)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
(assert_trap (invoke "v128.load8x8_s" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load8x8_u
(assert_trap (invoke "v128.load8x8_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load8x8_u" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load8x8_u" (i32.const 0x1_0000)) (v128.const i16x8 0x0091 0x0012 0x0093 0x0014 0x0095 0x0016 0x0097 0x0018))
(assert_return (invoke "v128.load8x8_u" (i32.const 0x1_fffc)) (v128.const i16x8 0x008d 0x000e 0x008f 0x003f 0x0091 0x0012 0x0093 0x0014))
(assert_return (invoke "v128.load8x8_u" (i32.const 0x2_fff8)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
(assert_trap (invoke "v128.load8x8_u" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load16x4_s
(assert_trap (invoke "v128.load16x4_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_s" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load16x4_s" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_1291 0x0000_1493 0x0000_1695 0x0000_1897))
(assert_return (invoke "v128.load16x4_s" (i32.const 0x1_fffc)) (v128.const i32x4 0x0000_0e8d 0x0000_3f8f 0x0000_1291 0x0000_1493))
(assert_return (invoke "v128.load16x4_s" (i32.const 0x2_fff8)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load16x4_s" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load16x4_u
(assert_trap (invoke "v128.load16x4_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16x4_u" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load16x4_u" (i32.const 0x1_0000)) (v128.const i32x4 0x0000_1291 0x0000_1493 0x0000_1695 0x0000_1897))
(assert_return (invoke "v128.load16x4_u" (i32.const 0x1_fffc)) (v128.const i32x4 0x0000_0e8d 0x0000_3f8f 0x0000_1291 0x0000_1493))
(assert_return (invoke "v128.load16x4_u" (i32.const 0x2_fff8)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load16x4_u" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load32x2_s
(assert_trap (invoke "v128.load32x2_s" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_s" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load32x2_s" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_1493_1291 0x0000_0000_1897_1695))
(assert_return (invoke "v128.load32x2_s" (i32.const 0x1_fffc)) (v128.const i64x2 0x0000_0000_3f8f_0e8d 0x0000_0000_1493_1291))
(assert_return (invoke "v128.load32x2_s" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load32x2_s" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load32x2_u
(assert_trap (invoke "v128.load32x2_u" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load32x2_u" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load32x2_u" (i32.const 0x1_0000)) (v128.const i64x2 0x0000_0000_1493_1291 0x0000_0000_1897_1695))
(assert_return (invoke "v128.load32x2_u" (i32.const 0x1_fffc)) (v128.const i64x2 0x0000_0000_3f8f_0e8d 0x0000_0000_1493_1291))
(assert_return (invoke "v128.load32x2_u" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load32x2_u" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load8_splat
(assert_trap (invoke "v128.load8_splat" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load8_splat" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "v128.load8_splat" (i32.const 0x1_0000)) (v128.const i8x16 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91 0x91))
(assert_return (invoke "v128.load8_splat" (i32.const 0x1_ffff)) (v128.const i8x16 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f 0x3f))
(assert_return (invoke "v128.load8_splat" (i32.const 0x2_ffff)) (v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00))
(assert_trap (invoke "v128.load8_splat" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load16_splat
(assert_trap (invoke "v128.load16_splat" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_splat" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_splat" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "v128.load16_splat" (i32.const 0x1_0000)) (v128.const i16x8 0x1291 0x1291 0x1291 0x1291 0x1291 0x1291 0x1291 0x1291))
(assert_return (invoke "v128.load16_splat" (i32.const 0x1_ffff)) (v128.const i16x8 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f 0x913f))
(assert_return (invoke "v128.load16_splat" (i32.const 0x2_fffe)) (v128.const i16x8 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000))
(assert_trap (invoke "v128.load16_splat" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load32_splat
(assert_trap (invoke "v128.load32_splat" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_splat" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_splat" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "v128.load32_splat" (i32.const 0x1_0000)) (v128.const i32x4 0x1493_1291 0x1493_1291 0x1493_1291 0x1493_1291))
(assert_return (invoke "v128.load32_splat" (i32.const 0x1_fffe)) (v128.const i32x4 0x1291_3f8f 0x1291_3f8f 0x1291_3f8f 0x1291_3f8f))
(assert_return (invoke "v128.load32_splat" (i32.const 0x2_fffc)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load32_splat" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load64_splat
(assert_trap (invoke "v128.load64_splat" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_splat" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_splat" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load64_splat" (i32.const 0x1_0000)) (v128.const i64x2 0x1897_1695_1493_1291 0x1897_1695_1493_1291))
(assert_return (invoke "v128.load64_splat" (i32.const 0x1_fffc)) (v128.const i64x2 0x1493_1291_3f8f_0e8d 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "v128.load64_splat" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load64_splat" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load32_zero
(assert_trap (invoke "v128.load32_zero" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_zero" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_zero" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "v128.load32_zero" (i32.const 0x1_0000)) (v128.const i32x4 0x1493_1291 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_return (invoke "v128.load32_zero" (i32.const 0x1_fffe)) (v128.const i32x4 0x1291_3f8f 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_return (invoke "v128.load32_zero" (i32.const 0x2_fffc)) (v128.const i32x4 0x0000_0000 0x0000_0000 0x0000_0000 0x0000_0000))
(assert_trap (invoke "v128.load32_zero" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load64_zero
(assert_trap (invoke "v128.load64_zero" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_zero" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_zero" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load64_zero" (i32.const 0x1_0000)) (v128.const i64x2 0x1897_1695_1493_1291 0x0000_0000_0000_0000))
(assert_return (invoke "v128.load64_zero" (i32.const 0x1_fffc)) (v128.const i64x2 0x1493_1291_3f8f_0e8d 0x0000_0000_0000_0000))
(assert_return (invoke "v128.load64_zero" (i32.const 0x2_fff8)) (v128.const i64x2 0x0000_0000_0000_0000 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load64_zero" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load8_lane
(assert_trap (invoke "v128.load8_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load8_lane" (i32.const 0xffff)) "out of bounds memory access")
(assert_return (invoke "v128.load8_lane" (i32.const 0x1_0000)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x91 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_return (invoke "v128.load8_lane" (i32.const 0x1_ffff)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x3f 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_return (invoke "v128.load8_lane" (i32.const 0x2_ffff)) (v128.const i8x16 0xf0 0xf1 0xf2 0xf3 0xf4 0xf5 0xf6 0xf7 0xf8 0x00 0xfa 0xfb 0xfc 0xfd 0xfe 0xff))
(assert_trap (invoke "v128.load8_lane" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load16_lane
(assert_trap (invoke "v128.load16_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_lane" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load16_lane" (i32.const 0xfffe)) "out of bounds memory access")
(assert_return (invoke "v128.load16_lane" (i32.const 0x1_0000)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x1291 0xfdfc 0xfffe))
(assert_return (invoke "v128.load16_lane" (i32.const 0x1_ffff)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x913f 0xfdfc 0xfffe))
(assert_return (invoke "v128.load16_lane" (i32.const 0x2_fffe)) (v128.const i16x8 0xf1f0 0xf3f2 0xf5f4 0xf7f6 0xf9f8 0x0000 0xfdfc 0xfffe))
(assert_trap (invoke "v128.load16_lane" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load32_lane
(assert_trap (invoke "v128.load32_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_lane" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load32_lane" (i32.const 0xfffc)) "out of bounds memory access")
(assert_return (invoke "v128.load32_lane" (i32.const 0x1_0000)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x1493_1291 0xfffe_fdfc))
(assert_return (invoke "v128.load32_lane" (i32.const 0x1_fffe)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x1291_3f8f 0xfffe_fdfc))
(assert_return (invoke "v128.load32_lane" (i32.const 0x2_fffc)) (v128.const i32x4 0xf3f2_f1f0 0xf7f6_f5f4 0x0000_0000 0xfffe_fdfc))
(assert_trap (invoke "v128.load32_lane" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.load] [4.3] [4.1] v128.load64_lane
(assert_trap (invoke "v128.load64_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_lane" (i32.const 0xffff)) "out of bounds memory access")
(assert_trap (invoke "v128.load64_lane" (i32.const 0xfff8)) "out of bounds memory access")
(assert_return (invoke "v128.load64_lane" (i32.const 0x1_0000)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x1897_1695_1493_1291))
(assert_return (invoke "v128.load64_lane" (i32.const 0x1_fffc)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "v128.load64_lane" (i32.const 0x2_fff8)) (v128.const i64x2 0xf7f6_f5f4_f3f2_f1f0 0x0000_0000_0000_0000))
(assert_trap (invoke "v128.load64_lane" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i32.store
(assert_trap (invoke "i32.store" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.store" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.store" (i32.const 0x1_fffc)) "out of bounds memory access")
(assert_trap (invoke "i32.store" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.store" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i32.store8
(assert_trap (invoke "i32.store8" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.store8" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.store8" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.store8" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i32.store16
(assert_trap (invoke "i32.store16" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i32.store16" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.store16" (i32.const 0x1_fffe)) "out of bounds memory access")
(assert_trap (invoke "i32.store16" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.store16" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i64.store
(assert_trap (invoke "i64.store" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.store" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.store" (i32.const 0x1_fff8)) "out of bounds memory access")
(assert_trap (invoke "i64.store" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.store" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i64.store8
(assert_trap (invoke "i64.store8" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.store8" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.store8" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.store8" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i64.store16
(assert_trap (invoke "i64.store16" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.store16" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.store16" (i32.const 0x1_fffe)) "out of bounds memory access")
(assert_trap (invoke "i64.store16" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.store16" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] i64.store32
(assert_trap (invoke "i64.store32" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "i64.store32" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.store32" (i32.const 0x1_fffc)) "out of bounds memory access")
(assert_trap (invoke "i64.store32" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.store32" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] f32.store
(assert_trap (invoke "f32.store" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "f32.store" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "f32.store" (i32.const 0x1_fffc)) "out of bounds memory access")
(assert_trap (invoke "f32.store" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "f32.store" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] f64.store
(assert_trap (invoke "f64.store" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "f64.store" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "f64.store" (i32.const 0x1_fff8)) "out of bounds memory access")
(assert_trap (invoke "f64.store" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "f64.store" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] v128.store
(assert_trap (invoke "v128.store" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.store" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store" (i32.const 0x1_fff0)) "out of bounds memory access")
(assert_trap (invoke "v128.store" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store" (i32.const 0x2_fff1)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] v128.store8_lane
(assert_trap (invoke "v128.store8_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.store8_lane" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store8_lane" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store8_lane" (i32.const 0x3_0000)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] v128.store16_lane
(assert_trap (invoke "v128.store16_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x1_fffe)) "out of bounds memory access")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store16_lane" (i32.const 0x2_ffff)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] v128.store32_lane
(assert_trap (invoke "v128.store32_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x1_fffc)) "out of bounds memory access")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store32_lane" (i32.const 0x2_fffd)) "out of bounds memory access")

;; [4.store] [4.3] [4.1] v128.store64_lane
(assert_trap (invoke "v128.store64_lane" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x1_0000)) "out of bounds memory access")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x1_fff8)) "out of bounds memory access")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x1_ffff)) "out of bounds memory access")
(assert_trap (invoke "v128.store64_lane" (i32.const 0x2_fff9)) "out of bounds memory access")

;; [4.store] [4.3] None of them has written anything; from write_base on they do.
(assert_return (invoke "peek" (i32.const 0x2_0000)) (i64.const 0x3f8f_0e8d_0c8b_0a89) (i64.const 0x1897_1695_1493_1291))
(assert_return (invoke "peek" (i32.const 0x1_0008)) (i64.const 0x1897_1695_1493_1291) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "peek" (i32.const 0x2_fff8)) (i64.const 0) (i64.const 0))
(assert_return (invoke "i32.store" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0x1897_1695_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i32.store8" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0x1897_1695_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i32.store16" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0x1897_1695_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i64.store" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xa8a7_a6a5_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i64.store8" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xa8a7_a6a5_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i64.store16" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xa8a7_a6a5_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "i64.store32" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xa8a7_a6a5_a4a3_a2a1) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "f32.store" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xa8a7_a6a5_4040_0000) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "f64.store" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0x4002_3456_789a_bcde) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_return (invoke "v128.store" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xb7b6_b5b4_b3b2_b1b0) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(assert_return (invoke "v128.store8_lane" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xb7b6_b5b4_b3b2_b1b9) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(assert_return (invoke "v128.store16_lane" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xb7b6_b5b4_b3b2_bbba) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(assert_return (invoke "v128.store32_lane" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xb7b6_b5b4_bbba_b9b8) (i64.const 0xbfbe_bdbc_bbba_b9b8))
(assert_return (invoke "v128.store64_lane" (i32.const 0x2_0000)))
(assert_return (invoke "peek" (i32.const 0x2_0008)) (i64.const 0xbfbe_bdbc_bbba_b9b8) (i64.const 0xbfbe_bdbc_bbba_b9b8))
