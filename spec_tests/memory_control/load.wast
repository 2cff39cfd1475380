;; features: memory-control
;; Scalar loads (section 4): CHECK R over all n bytes, on each side of the pages' boundaries.

;; Pages: 0 unmapped, 1 read, 2 readwrite, 3 none, 4 read, 5 unmapped.
(module
  (memory virtual 6)
  (data (i32.const 0x1_fff0) (prot read) "\81\02\83\04\85\06\87\08\89\0a\8b\0c\8d\0e\8f\3f")
  (data (i32.const 0x2_0000) (prot readwrite) "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (data (i32.const 0x2_fff0) (prot readwrite) "\91\12\93\14\95\16\97\18\99\1a\9b\1c\9d\1e\9f\40")
  (data (i32.const 0x3_0000) (prot none) "\ff\ff\ff\ff")
  (data (i32.const 0x4_fff0) (prot read) "\81\02\83\04\85\06\87\08\89\0a\8b\0c\8d\0e\8f\3f")
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
)

;; [4.load] [4.4] i32.load reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i32.load" (i32.const 0x1_fffe)) (i32.const 0x1291_3f8f))
(assert_return (invoke "i32.load" (i32.const 0x1_ffff)) (i32.const 0x9312_913f))
(assert_return (invoke "i32.load" (i32.const 0x2_fffc)) (i32.const 0x409f_1e9d))
(assert_trap (invoke "i32.load" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i32.load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "i32.load" (i32.const 0x4_fffc)) (i32.const 0x3f8f_0e8d))
(assert_trap (invoke "i32.load" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "i32.load" (i32.const 0x1_0000)) (i32.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i32.load" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "i32.load" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "i32.load" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i32.load8_s reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "i32.load8_s" (i32.const 0x1_ffff)) (i32.const 0x3f))
(assert_return (invoke "i32.load8_s" (i32.const 0x2_0000)) (i32.const 0xffff_ff91))
(assert_return (invoke "i32.load8_s" (i32.const 0x2_ffff)) (i32.const 0x40))
(assert_trap (invoke "i32.load8_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i32.load8_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i32.load8_s" (i32.const 0x4_ffff)) (i32.const 0x3f))
(assert_trap (invoke "i32.load8_s" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i32.load8_s" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i32.load8_s" (i32.const 0x1_0000)) (i32.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i32.load8_s" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load8_s" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.load8_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i32.load8_u reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "i32.load8_u" (i32.const 0x1_ffff)) (i32.const 0x3f))
(assert_return (invoke "i32.load8_u" (i32.const 0x2_0000)) (i32.const 0x91))
(assert_return (invoke "i32.load8_u" (i32.const 0x2_ffff)) (i32.const 0x40))
(assert_trap (invoke "i32.load8_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i32.load8_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i32.load8_u" (i32.const 0x4_ffff)) (i32.const 0x3f))
(assert_trap (invoke "i32.load8_u" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i32.load8_u" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i32.load8_u" (i32.const 0x1_0000)) (i32.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i32.load8_u" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load8_u" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "i32.load8_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i32.load16_s reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i32.load16_s" (i32.const 0x1_ffff)) (i32.const 0xffff_913f))
(assert_return (invoke "i32.load16_s" (i32.const 0x2_fffe)) (i32.const 0x409f))
(assert_trap (invoke "i32.load16_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i32.load16_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i32.load16_s" (i32.const 0x4_fffe)) (i32.const 0x3f8f))
(assert_trap (invoke "i32.load16_s" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i32.load16_s" (i32.const 0x1_0000)) (i32.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i32.load16_s" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "i32.load16_s" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i32.load16_u reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i32.load16_u" (i32.const 0x1_ffff)) (i32.const 0x913f))
(assert_return (invoke "i32.load16_u" (i32.const 0x2_fffe)) (i32.const 0x409f))
(assert_trap (invoke "i32.load16_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i32.load16_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i32.load16_u" (i32.const 0x4_fffe)) (i32.const 0x3f8f))
(assert_trap (invoke "i32.load16_u" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i32.load16_u" (i32.const 0x1_0000)) (i32.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i32.load16_u" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "i32.load16_u" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "i32.load16_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i64.load" (i32.const 0x1_fffc)) (i64.const 0x1493_1291_3f8f_0e8d))
(assert_return (invoke "i64.load" (i32.const 0x1_ffff)) (i64.const 0x9716_9514_9312_913f))
(assert_return (invoke "i64.load" (i32.const 0x2_fff8)) (i64.const 0x409f_1e9d_1c9b_1a99))
(assert_trap (invoke "i64.load" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "i64.load" (i32.const 0x4_fff8)) (i64.const 0x3f8f_0e8d_0c8b_0a89))
(assert_trap (invoke "i64.load" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "i64.load" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "i64.load" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "i64.load" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load8_s reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "i64.load8_s" (i32.const 0x1_ffff)) (i64.const 0x3f))
(assert_return (invoke "i64.load8_s" (i32.const 0x2_0000)) (i64.const 0xffff_ffff_ffff_ff91))
(assert_return (invoke "i64.load8_s" (i32.const 0x2_ffff)) (i64.const 0x40))
(assert_trap (invoke "i64.load8_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load8_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i64.load8_s" (i32.const 0x4_ffff)) (i64.const 0x3f))
(assert_trap (invoke "i64.load8_s" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.load8_s" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i64.load8_s" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load8_s" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load8_s" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.load8_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load8_u reads 1 byte: up to the end of the last one, not beyond;
(assert_return (invoke "i64.load8_u" (i32.const 0x1_ffff)) (i64.const 0x3f))
(assert_return (invoke "i64.load8_u" (i32.const 0x2_0000)) (i64.const 0x91))
(assert_return (invoke "i64.load8_u" (i32.const 0x2_ffff)) (i64.const 0x40))
(assert_trap (invoke "i64.load8_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load8_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i64.load8_u" (i32.const 0x4_ffff)) (i64.const 0x3f))
(assert_trap (invoke "i64.load8_u" (i32.const 0x5_0000)) "memory protection violation")
(assert_trap (invoke "i64.load8_u" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i64.load8_u" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load8_u" (i32.const 0x5_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load8_u" (i32.const 0x6_0000)) "out of bounds memory access")
(assert_trap (invoke "i64.load8_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load16_s reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i64.load16_s" (i32.const 0x1_ffff)) (i64.const 0xffff_ffff_ffff_913f))
(assert_return (invoke "i64.load16_s" (i32.const 0x2_fffe)) (i64.const 0x409f))
(assert_trap (invoke "i64.load16_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load16_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i64.load16_s" (i32.const 0x4_fffe)) (i64.const 0x3f8f))
(assert_trap (invoke "i64.load16_s" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i64.load16_s" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load16_s" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "i64.load16_s" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load16_u reads 2 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i64.load16_u" (i32.const 0x1_ffff)) (i64.const 0x913f))
(assert_return (invoke "i64.load16_u" (i32.const 0x2_fffe)) (i64.const 0x409f))
(assert_trap (invoke "i64.load16_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load16_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_return (invoke "i64.load16_u" (i32.const 0x4_fffe)) (i64.const 0x3f8f))
(assert_trap (invoke "i64.load16_u" (i32.const 0x4_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0xffff)) "memory protection violation")
(assert_return (invoke "i64.load16_u" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load16_u" (i32.const 0x5_fffe)) "memory protection violation")
(assert_trap (invoke "i64.load16_u" (i32.const 0x5_ffff)) "out of bounds memory access")
(assert_trap (invoke "i64.load16_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load32_s reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i64.load32_s" (i32.const 0x1_fffe)) (i64.const 0x1291_3f8f))
(assert_return (invoke "i64.load32_s" (i32.const 0x1_ffff)) (i64.const 0xffff_ffff_9312_913f))
(assert_return (invoke "i64.load32_s" (i32.const 0x2_fffc)) (i64.const 0x409f_1e9d))
(assert_trap (invoke "i64.load32_s" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load32_s" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "i64.load32_s" (i32.const 0x4_fffc)) (i64.const 0x3f8f_0e8d))
(assert_trap (invoke "i64.load32_s" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "i64.load32_s" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load32_s" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "i64.load32_s" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_s" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] i64.load32_u reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "i64.load32_u" (i32.const 0x1_fffe)) (i64.const 0x1291_3f8f))
(assert_return (invoke "i64.load32_u" (i32.const 0x1_ffff)) (i64.const 0x9312_913f))
(assert_return (invoke "i64.load32_u" (i32.const 0x2_fffc)) (i64.const 0x409f_1e9d))
(assert_trap (invoke "i64.load32_u" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "i64.load32_u" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "i64.load32_u" (i32.const 0x4_fffc)) (i64.const 0x3f8f_0e8d))
(assert_trap (invoke "i64.load32_u" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "i64.load32_u" (i32.const 0x1_0000)) (i64.const 0x0))
;; and at the end of the memory.
(assert_trap (invoke "i64.load32_u" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "i64.load32_u" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "i64.load32_u" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] f32.load reads 4 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "f32.load" (i32.const 0x1_fffe)) (f32.const 0x1.227f1e0000000p-90))
(assert_return (invoke "f32.load" (i32.const 0x1_ffff)) (f32.const -0x1.25227e0000000p-89))
(assert_return (invoke "f32.load" (i32.const 0x2_fffc)) (f32.const 0x1.3e3d3a0000000p+2))
(assert_trap (invoke "f32.load" (i32.const 0x2_fffd)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "f32.load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0x3_fffe)) "memory protection violation")
(assert_return (invoke "f32.load" (i32.const 0x4_fffc)) (f32.const 0x1.1e1d1a0000000p+0))
(assert_trap (invoke "f32.load" (i32.const 0x4_fffd)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0xfffd)) "memory protection violation")
(assert_return (invoke "f32.load" (i32.const 0x1_0000)) (f32.const 0x0.0p+0))
;; and at the end of the memory.
(assert_trap (invoke "f32.load" (i32.const 0x5_fffc)) "memory protection violation")
(assert_trap (invoke "f32.load" (i32.const 0x5_fffd)) "out of bounds memory access")
(assert_trap (invoke "f32.load" (i32.const 0xffff_ffff)) "out of bounds memory access")

;; [4.load] [4.4] f64.load reads 8 bytes: across two readable pages, up to the end of the last one, not beyond;
(assert_return (invoke "f64.load" (i32.const 0x1_fffc)) (f64.const 0x1.312913f8f0e8dp-694))
(assert_return (invoke "f64.load" (i32.const 0x1_ffff)) (f64.const -0x1.695149312913fp-654))
(assert_return (invoke "f64.load" (i32.const 0x2_fff8)) (f64.const 0x1.f1e9d1c9b1a99p+10))
(assert_trap (invoke "f64.load" (i32.const 0x2_fff9)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0x2_ffff)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0x3_0000)) "memory protection violation")
;; from none, from unmapped,
(assert_trap (invoke "f64.load" (i32.const 0x3_ffff)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0x3_fffc)) "memory protection violation")
(assert_return (invoke "f64.load" (i32.const 0x4_fff8)) (f64.const 0x1.f0e8d0c8b0a89p-7))
(assert_trap (invoke "f64.load" (i32.const 0x4_fff9)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0xffff)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0xfff9)) "memory protection violation")
(assert_return (invoke "f64.load" (i32.const 0x1_0000)) (f64.const 0x0.0p+0))
;; and at the end of the memory.
(assert_trap (invoke "f64.load" (i32.const 0x5_fff8)) "memory protection violation")
(assert_trap (invoke "f64.load" (i32.const 0x5_fff9)) "out of bounds memory access")
(assert_trap (invoke "f64.load" (i32.const 0xffff_ffff)) "out of bounds memory access")
