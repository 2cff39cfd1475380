;; features: memory-control custom-page-sizes
;; Custom page sizes: with pages of one byte, every address and every length is that of whole pages, so the two alignment profiles are
;; the same, and each byte has a state of its own.

;; [1.text] (pagesize n) is one of the attributes, in any order.
(module
  (memory $a virtual 4 (pagesize 1))
  (memory $b 4 (pagesize 1) (noaccess 2) (readonly 3))
  (memory $c 4 (readonly 3) (noaccess 2) (pagesize 1))
  (memory $d i64 virtual 4 8 (noaccess 2) (pagesize 1) (readonly 3))
  (memory $e virtual 1 (pagesize 65536))
  (memory $f (pagesize 1) (data "abcde"))
  (func (export "a") (result i32) (memory.size $a))
  (func (export "b") (result i32) (memory.size $b))
  (func (export "c") (result i32) (memory.size $c))
  (func (export "d") (result i64) (memory.size $d))
  (func (export "e") (result i32) (memory.size $e))
  (func (export "f") (result i32) (memory.size $f))
)
(assert_return (invoke "a") (i32.const 4))
(assert_return (invoke "b") (i32.const 9))
(assert_return (invoke "c") (i32.const 9))
(assert_return (invoke "d") (i64.const 9))
(assert_return (invoke "e") (i32.const 1))
(assert_return (invoke "f") (i32.const 5))

;; [1.text.malformed] [1.inline]
(assert_malformed (module quote "(memory 1 (pagesize 1) (pagesize 1))") "unexpected token")
(assert_malformed (module quote "(memory 1 (pagesize 1) (noaccess 1) (pagesize 65536))") "unexpected token")
(assert_malformed (module quote "(memory (pagesize 1) 1)") "unexpected token")
(assert_malformed (module quote "(memory virtual (pagesize 1) (data \"a\"))") "unexpected token")
(assert_malformed (module quote "(memory (pagesize 1) (noaccess 1) (data \"a\"))") "unexpected token")
(assert_malformed (module quote "(memory (noaccess 1) (pagesize 1) (data \"a\"))") "unexpected token")
(assert_malformed (module quote "(memory 1 (pagesize 1) virtual)") "unexpected token")

;; [1.binary] log2 of the page size stands behind the limits, before the sizes of the sections and the mode.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\08" "\01" "\69\05\08\00\02\03\00"    ;; memory virtual 5 8 (pagesize 1) (noaccess 2) (readonly 3)
  "\07\09" "\02\01m\02\00" "\01s\00\00"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "B")
(assert_return (invoke "s") (i32.const 10))
(module (import "B" "m" (memory virtual 5 8 (pagesize 1) (noaccess 2) (readonly 3))))
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\05" "\01" "\4c\05\10\00"             ;; memory i64 virtual 5 (pagesize 65536)
  "\07\09" "\02\01m\02\00" "\01s\00\00"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "C")
(assert_return (invoke "s") (i64.const 5))
(module (import "C" "m" (memory i64 virtual 5)))
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\48\01\00\01\00"        ;; (pagesize 1), a mode that there is not
  )
  "malformed memory mode"
)

;; [1.match] The page size is equal.
(assert_unlinkable (module (import "B" "m" (memory virtual 5 8 (noaccess 2) (readonly 3)))) "incompatible import type")
(assert_unlinkable (module (import "B" "m" (memory virtual 5 8 (pagesize 1)))) "incompatible import type")
(assert_unlinkable (module (import "B" "m" (memory 5 8 (pagesize 1) (noaccess 2) (readonly 3)))) "incompatible import type")
(assert_unlinkable (module (import "C" "m" (memory i64 virtual 5 (pagesize 1)))) "incompatible import type")

;; [1.valid.size] K is 2**32 - 1 pages of one byte with i32 addresses, 2**64 - 1 with i64 ones.
(module definition (memory virtual 0xffff_ffff (pagesize 1)))
(module definition (memory virtual 0xffff_fffd (pagesize 1) (noaccess 1) (readonly 1)))
(module definition (memory i64 virtual 0xffff_ffff_ffff_ffff (pagesize 1)))
(assert_invalid (module (memory virtual 0x1_0000_0000 (pagesize 1))) "memory size must be at most")
(assert_invalid (module (memory virtual 0xffff_ffff (pagesize 1) (noaccess 1))) "memory size must be at most")
(assert_invalid (module (memory 0 0xffff_ffff (pagesize 1) (readonly 1))) "memory size must be at most")
(assert_invalid (module (memory i64 virtual 0xffff_ffff_ffff_ffff (pagesize 1) (readonly 1))) "memory size must be at most")

;; [1.bases] Sections of single bytes: 2 no-access, 3 read-only, 5 growable.
(module
  (memory 5 8 (pagesize 1) (noaccess 2) (readonly 3))
  (data (i32.const 2) "\01\02\03\04")
  (func (export "discard") (param i32 i32) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load16") (param i32) (result i32) (i32.load16_u (local.get 0)))
  (func (export "store16") (param i32 i32) (i32.store16 (local.get 0) (local.get 1)))
)
(assert_return (invoke "size") (i32.const 10))
(assert_trap (invoke "load" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "load16" (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 2)) (i32.const 1))
(assert_return (invoke "load" (i32.const 4)) (i32.const 3))
(assert_return (invoke "load16" (i32.const 4)) (i32.const 0x0403))
(assert_return (invoke "load" (i32.const 9)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 10)) "out of bounds memory access")
(assert_trap (invoke "load16" (i32.const 9)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 4) (i32.const 9)) "out of bounds memory access")
(assert_trap (invoke "store16" (i32.const 4) (i32.const 9)) "out of bounds memory access")
(assert_return (invoke "store" (i32.const 5) (i32.const 9)))
(assert_return (invoke "store16" (i32.const 8) (i32.const 0x0b0a)))
(assert_trap (invoke "store16" (i32.const 9) (i32.const 0)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 9)) (i32.const 0x0b))

;; [5.5] [5.6] memory.discard to the byte.
(assert_return (invoke "store" (i32.const 6) (i32.const 7)))
(assert_return (invoke "discard" (i32.const 5) (i32.const 1)))
(assert_return (invoke "load" (i32.const 5)) (i32.const 0))
(assert_return (invoke "load" (i32.const 6)) (i32.const 7))
(assert_trap (invoke "discard" (i32.const 4) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 4) (i32.const 3)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 0) (i32.const 10)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 9) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "discard" (i32.const 11) (i32.const 0)) "out of bounds memory access")
(assert_return (invoke "discard" (i32.const 10) (i32.const 0)))
(assert_return (invoke "discard" (i32.const 2) (i32.const 0)))
(assert_return (invoke "load" (i32.const 6)) (i32.const 7))
(assert_return (invoke "discard" (i32.const 5) (i32.const 5)))
(assert_return (invoke "load" (i32.const 6)) (i32.const 0))
(assert_return (invoke "load" (i32.const 9)) (i32.const 0))

;; [4.grow] [1.sizes] Growth by bytes.
(assert_return (invoke "grow" (i32.const 4)) (i32.const -1))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 10))
(assert_return (invoke "store" (i32.const 10) (i32.const 1)))
(assert_trap (invoke "store" (i32.const 11) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "grow" (i32.const 2)) (i32.const 11))
(assert_return (invoke "grow" (i32.const 1)) (i32.const -1))
(assert_return (invoke "load" (i32.const 12)) (i32.const 0))

;; [3.unmapped] [6.map.9] A virtual memory of 16 bytes, each with a state.
(module
  (memory virtual 16 20 (pagesize 1))
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
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store32") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
)
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 15)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 16)) "out of bounds memory access")
(assert_return (invoke "map-readwrite" (i32.const 3) (i32.const 5)) (i32.const 3))
(assert_trap (invoke "load" (i32.const 2)) "memory protection violation")
(assert_return (invoke "load" (i32.const 3)) (i32.const 0))
(assert_return (invoke "load" (i32.const 7)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 8)) "memory protection violation")
(assert_trap (invoke "load32" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "load32" (i32.const 2)) "memory protection violation")
(assert_return (invoke "load32" (i32.const 3)) (i32.const 0))
(assert_return (invoke "load32" (i32.const 4)) (i32.const 0))
(assert_trap (invoke "load32" (i32.const 5)) "memory protection violation")
(assert_trap (invoke "load32" (i32.const 12)) "memory protection violation")
(assert_trap (invoke "load32" (i32.const 13)) "out of bounds memory access")

;; [4.store] [4.4] No partial write.
(assert_return (invoke "store32" (i32.const 4) (i32.const 0x0403_0201)))
(assert_trap (invoke "store32" (i32.const 5) (i32.const -1)) "memory protection violation")
(assert_trap (invoke "store32" (i32.const 2) (i32.const -1)) "memory protection violation")
(assert_return (invoke "load32" (i32.const 4)) (i32.const 0x0403_0201))
(assert_return (invoke "load" (i32.const 3)) (i32.const 0))

;; [6.map.7] [6.3] [6.4]
(assert_trap (invoke "map-read" (i32.const 7) (i32.const 1)) "memory already mapped")
(assert_trap (invoke "map-read" (i32.const 0) (i32.const 4)) "memory already mapped")
(assert_trap (invoke "map-read" (i32.const 7) (i32.const 2)) "memory already mapped")
(assert_trap (invoke "map-read" (i32.const 8) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "map-read" (i32.const 16) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 15) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 16) (i32.const 0)) "invalid memory range")
(assert_trap (invoke "map-read" (i32.const 0xffff_ffff) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "map-read" (i32.const 8) (i32.const 0xffff_ffff)) "out of bounds memory access")
(assert_return (invoke "map-read" (i32.const 8) (i32.const 1)) (i32.const 8))
(assert_return (invoke "map-none" (i32.const 2) (i32.const 1)) (i32.const 2))

;; [6.protect.9] [6.protect.7]
(assert_trap (invoke "store" (i32.const 8) (i32.const 1)) "memory protection violation")
(assert_return (invoke "load" (i32.const 8)) (i32.const 0))
(assert_return (invoke "protect-read" (i32.const 5) (i32.const 1)))
(assert_trap (invoke "store32" (i32.const 4) (i32.const -1)) "memory protection violation")
(assert_return (invoke "load32" (i32.const 4)) (i32.const 0x0403_0201))
(assert_return (invoke "store" (i32.const 4) (i32.const 9)))
(assert_return (invoke "store" (i32.const 6) (i32.const 9)))
(assert_trap (invoke "store" (i32.const 5) (i32.const 9)) "memory protection violation")
(assert_return (invoke "protect-none" (i32.const 6) (i32.const 1)))
(assert_trap (invoke "load32" (i32.const 4)) "memory protection violation")
(assert_return (invoke "load" (i32.const 5)) (i32.const 2))
(assert_return (invoke "protect-readwrite" (i32.const 2) (i32.const 7)))
(assert_return (invoke "load32" (i32.const 4)) (i32.const 0x0409_0209))
(assert_trap (invoke "protect-read" (i32.const 8) (i32.const 2)) "memory protection violation")
(assert_return (invoke "store" (i32.const 8) (i32.const 5)))

;; [4.fill] [4.copy]
(assert_return (invoke "fill" (i32.const 2) (i32.const 0x11) (i32.const 7)))
(assert_trap (invoke "fill" (i32.const 2) (i32.const 0x12) (i32.const 8)) "memory protection violation")
(assert_trap (invoke "fill" (i32.const 1) (i32.const 0x12) (i32.const 2)) "memory protection violation")
(assert_return (invoke "load" (i32.const 2)) (i32.const 0x11))
(assert_return (invoke "copy" (i32.const 2) (i32.const 4) (i32.const 3)))
(assert_trap (invoke "copy" (i32.const 2) (i32.const 6) (i32.const 4)) "memory protection violation")
(assert_trap (invoke "copy" (i32.const 6) (i32.const 2) (i32.const 4)) "memory protection violation")
(assert_return (invoke "load" (i32.const 8)) (i32.const 0x11))

;; [6.unmap.7] [5.5] [5.6]
(assert_return (invoke "unmap" (i32.const 5) (i32.const 1)))
(assert_trap (invoke "load" (i32.const 5)) "memory protection violation")
(assert_return (invoke "load" (i32.const 4)) (i32.const 0x11))
(assert_return (invoke "load" (i32.const 6)) (i32.const 0x11))
(assert_trap (invoke "discard" (i32.const 4) (i32.const 3)) "memory protection violation")
(assert_return (invoke "load" (i32.const 4)) (i32.const 0x11))
(assert_return (invoke "discard" (i32.const 4) (i32.const 1)))
(assert_return (invoke "load" (i32.const 4)) (i32.const 0))
(assert_return (invoke "load" (i32.const 3)) (i32.const 0x11))
(assert_return (invoke "map-read" (i32.const 5) (i32.const 1)) (i32.const 5))
(assert_return (invoke "load" (i32.const 5)) (i32.const 0))
(assert_trap (invoke "discard" (i32.const 5) (i32.const 1)) "memory protection violation")

;; [4.grow]
(assert_return (invoke "grow" (i32.const 2)) (i32.const 16))
(assert_trap (invoke "load" (i32.const 16)) "memory protection violation")
(assert_return (invoke "map-readwrite" (i32.const 15) (i32.const 3)) (i32.const 15))
(assert_return (invoke "store" (i32.const 17) (i32.const 1)))
(assert_trap (invoke "load" (i32.const 18)) "out of bounds memory access")
(assert_return (invoke "grow" (i32.const 3)) (i32.const -1))

;; [7.g] [7.e] [7.h] Segments map their bytes and no other.
(module $S
  (memory (export "m") virtual 16 (pagesize 1) (noaccess 1) (readonly 2))
  (data (i32.const 1) "\01\02\03")
  (data (i32.const 5) (prot readwrite) "\05\06")
  (data (i32.const 6) (prot read) "\16\17")
  (data (i32.const 9) (prot none) "\09")
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
(register "S")
(assert_trap (invoke "load" (i32.const 0)) "out of bounds memory access")
(assert_return (invoke "load" (i32.const 1)) (i32.const 1))
(assert_return (invoke "load" (i32.const 2)) (i32.const 2))
(assert_return (invoke "load" (i32.const 3)) (i32.const 3))
(assert_trap (invoke "store" (i32.const 2) (i32.const 9)) "out of bounds memory access")
(assert_trap (invoke "store" (i32.const 3) (i32.const 9)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 4)) "memory protection violation")
(assert_return (invoke "load" (i32.const 5)) (i32.const 5))
(assert_return (invoke "load" (i32.const 6)) (i32.const 0x16))
(assert_return (invoke "load" (i32.const 7)) (i32.const 0x17))
(assert_return (invoke "store" (i32.const 5) (i32.const 9)))
(assert_return (invoke "store" (i32.const 6) (i32.const 9)))
(assert_trap (invoke "store" (i32.const 7) (i32.const 9)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 8)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 9)) "memory protection violation")
(assert_return (invoke "protect-read" (i32.const 9) (i32.const 1)))
(assert_return (invoke "load" (i32.const 9)) (i32.const 9))
(assert_trap
  (module (memory (import "S" "m") virtual 16 (pagesize 1) (noaccess 1) (readonly 2)) (data (i32.const 6) (prot readwrite) "aa"))
  "memory protection violation"
)
(assert_return (invoke $S "load" (i32.const 6)) (i32.const 9))
(module (memory (import "S" "m") virtual 16 (pagesize 1) (noaccess 1) (readonly 2)) (data (i32.const 5) "ab"))
(assert_return (invoke $S "load" (i32.const 5)) (i32.const 0x61))
(assert_return (invoke $S "store" (i32.const 6) (i32.const 1)))
(assert_trap
  (module (memory (import "S" "m") virtual 16 (pagesize 1) (noaccess 1) (readonly 2)) (data (i32.const 18) "ab"))
  "out of bounds memory access"
)
(assert_trap (invoke $S "load" (i32.const 18)) "memory protection violation")

;; [6.6] The static sections, to the byte.
(assert_trap (invoke $S "map-read" (i32.const 2) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke $S "map-read" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke $S "unmap" (i32.const 2) (i32.const 2)) "out of bounds memory access")
(assert_trap (invoke $S "protect-none" (i32.const 2) (i32.const 2)) "out of bounds memory access")
(assert_return (invoke $S "load" (i32.const 3)) (i32.const 3))
(assert_return (invoke $S "unmap" (i32.const 3) (i32.const 1)))
(assert_trap (invoke $S "load" (i32.const 3)) "memory protection violation")

;; [1.valid.compose] i64 addresses, and pages of the usual size that are named.
(module
  (memory i64 virtual 4 (pagesize 65536))
  (func (export "map-none") (param i64 i64) (result i64) (memory.map none (local.get 0) (local.get 1)))
  (func (export "map-read") (param i64 i64) (result i64) (memory.map read (local.get 0) (local.get 1)))
  (func (export "map-readwrite") (param i64 i64) (result i64) (memory.map readwrite (local.get 0) (local.get 1)))
  (func (export "protect-none") (param i64 i64) (memory.protect none (local.get 0) (local.get 1)))
  (func (export "protect-read") (param i64 i64) (memory.protect read (local.get 0) (local.get 1)))
  (func (export "protect-readwrite") (param i64 i64) (memory.protect readwrite (local.get 0) (local.get 1)))
  (func (export "unmap") (param i64 i64) (memory.unmap (local.get 0) (local.get 1)))
  (func (export "discard") (param i64 i64) (memory.discard (local.get 0) (local.get 1)))
  (func (export "load") (param i64) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i64 i32) (i32.store8 (local.get 0) (local.get 1)))
)
(assert_return (invoke "map-readwrite" (i64.const 0x1_0000) (i64.const 0x1_0000)) (i64.const 0x1_0000))
(assert_return (invoke "store" (i64.const 0x1_ffff) (i32.const 1)))
(assert_trap (invoke "load" (i64.const 0x2_0000)) "memory protection violation")
(assert_return (invoke "unmap" (i64.const 0x1_0000) (i64.const 0x1_0000)))
(assert_trap (invoke "load" (i64.const 0x1_ffff)) "memory protection violation")
