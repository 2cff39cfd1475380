;; features: memory-control
;; The binary format of memory types (section 1), instructions and data segments (section 2).

;; [1.binary] flags min (max if b0) (log2 ps if b3) (noaccess readonly if b5) (mode if b6)
;; Each module exports its memory, which is then imported with the type that the flags stand for.

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\03" "\01" "\00\01"                   ;; memory 1
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m00")
(assert_return (invoke "s") (i32.const 1))
(module (import "m00" "m" (memory 1)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\04" "\01" "\01\01\03"                ;; memory 1 3
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m01")
(assert_return (invoke "s") (i32.const 1))
(module (import "m01" "m" (memory 1 3)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\03" "\01" "\04\01"                   ;; memory i64 1
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m04")
(assert_return (invoke "s") (i64.const 1))
(module (import "m04" "m" (memory i64 1)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\04" "\01" "\05\01\03"                ;; memory i64 1 3
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m05")
(assert_return (invoke "s") (i64.const 1))
(module (import "m05" "m" (memory i64 1 3)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\05" "\01" "\20\01\02\04"             ;; memory 1 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m20")
(assert_return (invoke "s") (i32.const 7))
(module (import "m20" "m" (memory 1 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\06" "\01" "\21\01\03\02\04"          ;; memory 1 3 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m21")
(assert_return (invoke "s") (i32.const 7))
(module (import "m21" "m" (memory 1 3 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\05" "\01" "\24\01\02\04"             ;; memory i64 1 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m24")
(assert_return (invoke "s") (i64.const 7))
(module (import "m24" "m" (memory i64 1 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\06" "\01" "\25\01\03\02\04"          ;; memory i64 1 3 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m25")
(assert_return (invoke "s") (i64.const 7))
(module (import "m25" "m" (memory i64 1 3 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m40")
(assert_return (invoke "s") (i32.const 1))
(module (import "m40" "m" (memory virtual 1)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\05" "\01" "\41\01\03\00"             ;; memory virtual 1 3
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m41")
(assert_return (invoke "s") (i32.const 1))
(module (import "m41" "m" (memory virtual 1 3)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\04" "\01" "\44\01\00"                ;; memory i64 virtual 1
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m44")
(assert_return (invoke "s") (i64.const 1))
(module (import "m44" "m" (memory i64 virtual 1)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\05" "\01" "\45\01\03\00"             ;; memory i64 virtual 1 3
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m45")
(assert_return (invoke "s") (i64.const 1))
(module (import "m45" "m" (memory i64 virtual 1 3)))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\06" "\01" "\60\01\02\04\00"          ;; memory virtual 1 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m60")
(assert_return (invoke "s") (i32.const 7))
(module (import "m60" "m" (memory virtual 1 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\07" "\01" "\61\01\03\02\04\00"       ;; memory virtual 1 3 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m61")
(assert_return (invoke "s") (i32.const 7))
(module (import "m61" "m" (memory virtual 1 3 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\06" "\01" "\64\01\02\04\00"          ;; memory i64 virtual 1 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m64")
(assert_return (invoke "s") (i64.const 7))
(module (import "m64" "m" (memory i64 virtual 1 (noaccess 2) (readonly 4))))

(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7e"                ;; func type: [] -> [i64]
  "\03\02" "\01\00"
  "\05\07" "\01" "\65\01\03\02\04\00"       ;; memory i64 virtual 1 3 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "m65")
(assert_return (invoke "s") (i64.const 7))
(module (import "m65" "m" (memory i64 virtual 1 3 (noaccess 2) (readonly 4))))

;; [1.binary] [1.match] And with no other type: what the flags say is what was exported.
(assert_unlinkable (module (import "m20" "m" (memory 1 (readonly 2) (noaccess 4)))) "incompatible import type")
(assert_unlinkable (module (import "m20" "m" (memory 1 (noaccess 2)))) "incompatible import type")
(assert_unlinkable (module (import "m20" "m" (memory 7))) "incompatible import type")
(assert_unlinkable (module (import "m40" "m" (memory 1))) "incompatible import type")
(assert_unlinkable (module (import "m60" "m" (memory virtual 1))) "incompatible import type")
(assert_unlinkable (module (import "m60" "m" (memory 1 (noaccess 2) (readonly 4)))) "incompatible import type")
(assert_unlinkable (module (import "m24" "m" (memory 1 (noaccess 2) (readonly 4)))) "incompatible import type")
(assert_unlinkable (module (import "m00" "m" (memory virtual 1))) "incompatible import type")

;; [1.binary] The sizes may both be 0: the type is then that of a plain memory.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\05" "\01" "\20\01\00\00"             ;; memory 1
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(register "zero")
(assert_return (invoke "s") (i32.const 1))
(module (import "zero" "m" (memory 1)))

;; [1.binary] An import has the same type.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\02\0e" "\01\03\6d\36\31\01\6d\02"       ;; import "m61" "m" (memory
     "\61\01\03\02\04\00"                   ;; virtual 1 3 (noaccess 2) (readonly 4))
  "\03\02" "\01\00"
  "\07\05" "\01\01\73\00\00"
  "\0a\06" "\01\04\00\3f\00\0b"
)
(assert_return (invoke "s") (i32.const 7))
(assert_unlinkable
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0e" "\01\03\6d\36\31\01\6d\02"       ;; import "m61" "m" (memory
       "\61\01\03\04\02\00"                   ;; virtual 1 3 (noaccess 4) (readonly 2))
  )
  "incompatible import type"
)

;; [1.binary.leb] The limits and both sizes are u64 LEB128, padding allowed; the flags and the mode are single bytes.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\05" "\01\60\00\01\7f"                ;; func type: [] -> [i32]
  "\03\02" "\01\00"
  "\05\15" "\01" "\61\81\00\83\80\00\82\80\00\84\80\80\80\80\80\80\80\80\00\00" ;; memory virtual 1 3 (noaccess 2) (readonly 4)
  "\07\09" "\02\01\6d\02\00"                ;; export "m"
     "\01\73\00\00"                         ;; export "s"
  "\0a\06" "\01\04\00\3f\00\0b"             ;; memory.size
)
(assert_return (invoke "s") (i32.const 7))
(register "padded")
(module (import "padded" "m" (memory virtual 1 3 (noaccess 2) (readonly 4))))
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\09" "\01" "\20\01\80\80\80\80\10\00" ;; noaccess 2**32
  )
  "memory size must be at most 65536 pages (4GiB)"
)
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\09" "\01" "\20\01\00\80\80\80\80\10" ;; readonly 2**32
  )
  "memory size must be at most 65536 pages (4GiB)"
)
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\17" "\01" "\20\01\ff\ff\ff\ff\ff\ff\ff\ff\ff\01\ff\ff\ff\ff\ff\ff\ff\ff\ff\01" ;; both 2**64 - 1, which do not wrap
  )
  "memory size must be at most 65536 pages (4GiB)"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0f" "\01" "\20\01\80\80\80\80\80\80\80\80\80\80\00\00" ;; noaccess of eleven bytes
  )
  "integer representation too long"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0f" "\01" "\20\01\00\80\80\80\80\80\80\80\80\80\80\00" ;; readonly of eleven bytes
  )
  "integer representation too long"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0e" "\01" "\20\01\ff\ff\ff\ff\ff\ff\ff\ff\ff\02\00" ;; noaccess 2**64 and more
  )
  "integer too large"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\0e" "\01" "\20\01\00\ff\ff\ff\ff\ff\ff\ff\ff\ff\02" ;; readonly 2**64 and more
  )
  "integer too large"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\a0\00\01\00\00"          ;; 0x20 as two bytes
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\c0\00\01\00"             ;; 0x40 as two bytes
  )
  "malformed limits flags"
)

;; [1.binary] The payload of each bit is there, and nothing else is.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\20\01"                   ;; no sizes
  )
  "unexpected end"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\20\01\00"                ;; one size
  )
  "unexpected end"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\40\01"                   ;; no mode
  )
  "unexpected end"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\60\01\00\00"             ;; no mode behind the sizes
  )
  "unexpected end"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\00\01\00"                ;; a mode without its bit
  )
  "section size mismatch"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\20\01\00\00\00"          ;; a mode without its bit
  )
  "section size mismatch"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\40\01\00\00\00"          ;; sizes without their bit
  )
  "section size mismatch"
)

;; [1.binary.mode] The one mode is 0x00.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\01"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\02"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\40"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\7f"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\ff"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\40\01\80\00"
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\61\01\02\00\00\01"       ;; behind the sizes
  )
  "malformed memory mode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\09" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\40\01\01"
  )
  "malformed memory mode"
)

;; [1.binary.flags] b4 and b7 are always 0.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\10\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\11\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\14\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\30\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\50\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\70\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\80\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\81\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\a0\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\c0\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\e0\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\ff\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\08" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\10\01"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0a" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\a1\00\01\01"
  )
  "malformed limits flags"
)

;; [1.binary.tables] Tables have b0 and b2 only.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\02\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\08\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\10\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\20\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\21\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\24\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\40\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\41\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\45\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\60\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\04\08" "\01\70" "\80\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0b" "\01\01\4d\01\74\01\70"          ;; import "M" "t" (table
       "\20\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0a" "\01\01\4d\01\74\01\70"          ;; import "M" "t" (table
       "\40\01\00"
  )
  "malformed limits flags"
)

;; [2.discard] [2.map] [2.unmap] [2.protect] The instructions are 0xFC 0x12, 0x40, 0x41, 0x42 with a memory index; two have a protection.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\15" "\04" "\60\02\7f\7f\00"          ;; 0: [i32 i32] -> []
     "\60\02\7f\7f\01\7f"                   ;; 1: [i32 i32] -> [i32]
     "\60\01\7f\01\7f"                      ;; 2: [i32] -> [i32]
     "\60\01\7f\00"                         ;; 3: [i32] -> []
  "\03\0b" "\0a\00\01\01\01\00\00\00\00\02\03"
  "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
  "\07\7a" "\0a" "\07\64\69\73\63\61\72\64\00\00" ;; "discard"
     "\08\6d\61\70\2d\6e\6f\6e\65\00\01"    ;; "map-none"
     "\08\6d\61\70\2d\72\65\61\64\00\02"    ;; "map-read"
     "\0d\6d\61\70\2d\72\65\61\64\77\72\69\74\65\00\03" ;; "map-readwrite"
     "\05\75\6e\6d\61\70\00\04"             ;; "unmap"
     "\0c\70\72\6f\74\65\63\74\2d\6e\6f\6e\65\00\05" ;; "protect-none"
     "\0c\70\72\6f\74\65\63\74\2d\72\65\61\64\00\06" ;; "protect-read"
     "\11\70\72\6f\74\65\63\74\2d\72\65\61\64\77\72\69\74\65\00\07" ;; "protect-readwrite"
     "\04\6c\6f\61\64\00\08"                ;; "load"
     "\05\73\74\6f\72\65\00\09"             ;; "store"
  "\0a\69" "\0a" "\09\00\20\00\20\01\fc\12\00\0b" ;; memory.discard
     "\0a\00\20\00\20\01\fc\40\00\00\0b"    ;; memory.map none
     "\0a\00\20\00\20\01\fc\40\00\01\0b"    ;; memory.map read
     "\0a\00\20\00\20\01\fc\40\00\03\0b"    ;; memory.map readwrite
     "\09\00\20\00\20\01\fc\41\00\0b"       ;; memory.unmap
     "\0a\00\20\00\20\01\fc\42\00\00\0b"    ;; memory.protect none
     "\0a\00\20\00\20\01\fc\42\00\01\0b"    ;; memory.protect read
     "\0a\00\20\00\20\01\fc\42\00\03\0b"    ;; memory.protect readwrite
     "\07\00\20\00\2d\00\00\0b"             ;; i32.load8_u
     "\09\00\20\00\41\01\3a\00\00\0b"       ;; i32.store8
)
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_trap (invoke "protect-none" (i32.const 0) (i32.const 0x1_0000)) "memory protection violation")
(assert_return (invoke "map-none" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "protect-readwrite" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "protect-read" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_trap (invoke "store" (i32.const 0)) "memory protection violation")
(assert_return (invoke "protect-none" (i32.const 0) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "protect-read" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "map-read" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_trap (invoke "store" (i32.const 0)) "memory protection violation")
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "map-readwrite" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "store" (i32.const 0)))
(assert_return (invoke "discard" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_trap (invoke "map-read" (i32.const 0) (i32.const 0x1_0000)) "memory already mapped")

;; [2.discard] [2.map] [2.unmap] [2.protect] The number behind 0xFC and the memory index are u32 LEB128, padding allowed.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\15" "\04" "\60\02\7f\7f\00"          ;; 0: [i32 i32] -> []
     "\60\02\7f\7f\01\7f"                   ;; 1: [i32 i32] -> [i32]
     "\60\01\7f\01\7f"                      ;; 2: [i32] -> [i32]
     "\60\01\7f\00"                         ;; 3: [i32] -> []
  "\03\0b" "\0a\00\01\01\01\00\00\00\00\02\03"
  "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
  "\07\7a" "\0a" "\07\64\69\73\63\61\72\64\00\00" ;; "discard"
     "\08\6d\61\70\2d\6e\6f\6e\65\00\01"    ;; "map-none"
     "\08\6d\61\70\2d\72\65\61\64\00\02"    ;; "map-read"
     "\0d\6d\61\70\2d\72\65\61\64\77\72\69\74\65\00\03" ;; "map-readwrite"
     "\05\75\6e\6d\61\70\00\04"             ;; "unmap"
     "\0c\70\72\6f\74\65\63\74\2d\6e\6f\6e\65\00\05" ;; "protect-none"
     "\0c\70\72\6f\74\65\63\74\2d\72\65\61\64\00\06" ;; "protect-read"
     "\11\70\72\6f\74\65\63\74\2d\72\65\61\64\77\72\69\74\65\00\07" ;; "protect-readwrite"
     "\04\6c\6f\61\64\00\08"                ;; "load"
     "\05\73\74\6f\72\65\00\09"             ;; "store"
  "\0a\79" "\0a" "\0b\00\20\00\20\01\fc\92\00\80\00\0b" ;; memory.discard
     "\0c\00\20\00\20\01\fc\c0\00\80\00\00\0b" ;; memory.map none
     "\0c\00\20\00\20\01\fc\c0\00\80\00\01\0b" ;; memory.map read
     "\0c\00\20\00\20\01\fc\c0\00\80\00\03\0b" ;; memory.map readwrite
     "\0b\00\20\00\20\01\fc\c1\00\80\00\0b" ;; memory.unmap
     "\0c\00\20\00\20\01\fc\c2\00\80\00\00\0b" ;; memory.protect none
     "\0c\00\20\00\20\01\fc\c2\00\80\00\01\0b" ;; memory.protect read
     "\0c\00\20\00\20\01\fc\c2\00\80\00\03\0b" ;; memory.protect readwrite
     "\07\00\20\00\2d\00\00\0b"             ;; i32.load8_u
     "\09\00\20\00\41\01\3a\00\00\0b"       ;; i32.store8
)
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "map-read" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "protect-readwrite" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "store" (i32.const 0)))
(assert_return (invoke "discard" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)))
(assert_trap (invoke "store" (i32.const 0)) "memory protection violation")

;; [2.discard] [2.map] [2.unmap] [2.protect] Another memory than 0: the index stands before the protection.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\15" "\04" "\60\02\7f\7f\00"          ;; 0: [i32 i32] -> []
     "\60\02\7f\7f\01\7f"                   ;; 1: [i32 i32] -> [i32]
     "\60\01\7f\01\7f"                      ;; 2: [i32] -> [i32]
     "\60\01\7f\00"                         ;; 3: [i32] -> []
  "\03\0b" "\0a\00\01\01\01\00\00\00\00\02\03"
  "\05\06" "\02" "\00\01"                   ;; memory 1
     "\40\01\00"                            ;; memory virtual 1
  "\07\7a" "\0a" "\07\64\69\73\63\61\72\64\00\00" ;; "discard"
     "\08\6d\61\70\2d\6e\6f\6e\65\00\01"    ;; "map-none"
     "\08\6d\61\70\2d\72\65\61\64\00\02"    ;; "map-read"
     "\0d\6d\61\70\2d\72\65\61\64\77\72\69\74\65\00\03" ;; "map-readwrite"
     "\05\75\6e\6d\61\70\00\04"             ;; "unmap"
     "\0c\70\72\6f\74\65\63\74\2d\6e\6f\6e\65\00\05" ;; "protect-none"
     "\0c\70\72\6f\74\65\63\74\2d\72\65\61\64\00\06" ;; "protect-read"
     "\11\70\72\6f\74\65\63\74\2d\72\65\61\64\77\72\69\74\65\00\07" ;; "protect-readwrite"
     "\04\6c\6f\61\64\00\08"                ;; "load"
     "\05\73\74\6f\72\65\00\09"             ;; "store"
  "\0a\6b" "\0a" "\09\00\20\00\20\01\fc\12\01\0b" ;; memory.discard
     "\0a\00\20\00\20\01\fc\40\01\00\0b"    ;; memory.map none
     "\0a\00\20\00\20\01\fc\40\01\01\0b"    ;; memory.map read
     "\0a\00\20\00\20\01\fc\40\01\03\0b"    ;; memory.map readwrite
     "\09\00\20\00\20\01\fc\41\01\0b"       ;; memory.unmap
     "\0a\00\20\00\20\01\fc\42\01\00\0b"    ;; memory.protect none
     "\0a\00\20\00\20\01\fc\42\01\01\0b"    ;; memory.protect read
     "\0a\00\20\00\20\01\fc\42\01\03\0b"    ;; memory.protect readwrite
     "\08\00\20\00\2d\40\01\00\0b"          ;; i32.load8_u
     "\0a\00\20\00\41\01\3a\40\01\00\0b"    ;; i32.store8
)
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "map-none" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "protect-readwrite" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "store" (i32.const 0)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 1))
(assert_return (invoke "discard" (i32.const 0) (i32.const 0x1_0000)))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))
(assert_return (invoke "unmap" (i32.const 0) (i32.const 0x1_0000)))
(assert_trap (invoke "load" (i32.const 0)) "memory protection violation")
(assert_return (invoke "map-read" (i32.const 0) (i32.const 0x1_0000)) (i32.const 0))
(assert_return (invoke "load" (i32.const 0)) (i32.const 0))

;; [2.prot] A protection is the byte 0x00, 0x01 or 0x03.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\02\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\04\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\05\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\07\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\08\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\10\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\40\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\7f\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0e" "\01\0c\00" "\41\00\41\00\fc\40\00\80\00\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0e" "\01\0c\00" "\41\00\41\00\fc\40\00\81\00\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\ff\1a" ;; memory.map
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\02" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\04" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\05" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\07" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\08" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\10" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\40" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\7f" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\42\00\80\00" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\42\00\81\00" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\ff" ;; memory.protect
       "\0b"
  )
  "malformed protection"
)

;; [2.prot] Where it is missing, the next instruction is taken for it.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\40\00\1a" ;; memory.map, drop
       "\0b"
  )
  "malformed protection"
)

;; [2.opcodes] The rest of the block from 0x43 to 0x5F is unused.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\43\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\44\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\45\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\46\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\47\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\48\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\49\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4a\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4b\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4c\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4d\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4e\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\4f\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\50\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\51\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\52\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\53\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\54\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\55\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\56\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\57\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\58\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\59\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5a\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5b\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5c\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5d\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5e\00\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\5f\00\00" "\0b"
  )
  "illegal opcode"
)

;; [2.segment.binary] Flag 0x10 is 0x00 with a protection, 0x12 is 0x02 with one: behind the memory index, before the offset.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\0a" "\02" "\60\01\7f\01\7f"          ;; 0: [i32] -> [i32]
     "\60\01\7f\00"                         ;; 1: [i32] -> []
  "\03\03" "\02\00\01"
  "\05\04" "\01" "\40\08\00"                ;; memory virtual 8
  "\07\10" "\02\04\6c\6f\61\64\00\00"       ;; "load"
     "\05\73\74\6f\72\65\00\01"             ;; "store"
  "\0a\13" "\02" "\07\00\20\00\2d\00\00\0b" ;; i32.load8_u
     "\09\00\20\00\41\01\3a\00\00\0b"       ;; i32.store8
  "\0b\4c" "\09" "\00\41\00\0b\01\61"       ;; (i32.const 0) "a"
     "\10\00\41\80\80\04\0b\01\62"          ;; (i32.const 0x1_0000) (prot none) "b"
     "\10\01\41\80\80\08\0b\01\63"          ;; (i32.const 0x2_0000) (prot read) "c"
     "\10\03\41\80\80\0c\0b\01\64"          ;; (i32.const 0x3_0000) (prot readwrite) "d"
     "\12\00\00\41\80\80\10\0b\01\65"       ;; (memory 0) (i32.const 0x4_0000) (prot none) "e"
     "\12\00\01\41\80\80\14\0b\01\66"       ;; (memory 0) (i32.const 0x5_0000) (prot read) "f"
     "\12\00\03\41\80\80\18\0b\01\67"       ;; (memory 0) (i32.const 0x6_0000) (prot readwrite) "g"
     "\02\00\41\80\80\1c\0b\01\68"          ;; (memory 0) (i32.const 0x7_0000) "h"
     "\01\01\69"                            ;; passive "i"
)
(assert_return (invoke "load" (i32.const 0x0)) (i32.const 0x61))
(assert_trap (invoke "store" (i32.const 0x0)) "memory protection violation")
(assert_trap (invoke "load" (i32.const 0x1_0000)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0x1_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x2_0000)) (i32.const 0x63))
(assert_trap (invoke "store" (i32.const 0x2_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x3_0000)) (i32.const 0x64))
(assert_return (invoke "store" (i32.const 0x3_0000)))
(assert_trap (invoke "load" (i32.const 0x4_0000)) "memory protection violation")
(assert_trap (invoke "store" (i32.const 0x4_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x5_0000)) (i32.const 0x66))
(assert_trap (invoke "store" (i32.const 0x5_0000)) "memory protection violation")
(assert_return (invoke "load" (i32.const 0x6_0000)) (i32.const 0x67))
(assert_return (invoke "store" (i32.const 0x6_0000)))
(assert_return (invoke "load" (i32.const 0x7_0000)) (i32.const 0x68))
(assert_trap (invoke "store" (i32.const 0x7_0000)) "memory protection violation")

;; [2.segment.binary] The flag is u32 LEB128, as in core; the protection is a single byte.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\0a" "\02" "\60\01\7f\01\7f"          ;; 0: [i32] -> [i32]
     "\60\01\7f\00"                         ;; 1: [i32] -> []
  "\03\03" "\02\00\01"
  "\05\04" "\01" "\40\02\00"                ;; memory virtual 2
  "\07\10" "\02\04\6c\6f\61\64\00\00"       ;; "load"
     "\05\73\74\6f\72\65\00\01"             ;; "store"
  "\0a\13" "\02" "\07\00\20\00\2d\00\00\0b" ;; i32.load8_u
     "\09\00\20\00\41\01\3a\00\00\0b"       ;; i32.store8
  "\0b\16" "\02" "\90\00\03\41\00\0b\01\61" ;; (i32.const 0) (prot readwrite) "a"
     "\92\80\00\80\00\01\41\80\80\04\0b\01\62" ;; (memory 0) (i32.const 0x1_0000) (prot read) "b"
)
(assert_return (invoke "load" (i32.const 0)) (i32.const 0x61))
(assert_return (invoke "store" (i32.const 0)))
(assert_return (invoke "load" (i32.const 0x1_0000)) (i32.const 0x62))
(assert_trap (invoke "store" (i32.const 0x1_0000)) "memory protection violation")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\10\02\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\10\04\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\10\41\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\09" "\01" "\10\80\00\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\09" "\01" "\10\83\00\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\10\ff\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\09" "\01" "\12\00\02\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\09" "\01" "\12\00\05\41\00\0b\01\61"
  )
  "malformed protection"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\0a" "\01" "\12\00\81\00\41\00\0b\01\61"
  )
  "malformed protection"
)

;; [2.segment.binary] A protection before the memory index or behind the offset is not there.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\10\41\00\0b\03\01\61"    ;; flag, offset, protection
  )
  "malformed protection"
)

;; [2.segment.binary] A passive segment has no protection; the other bits of the flag are unused.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\05" "\01" "\11\01\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\05" "\01" "\13\01\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\06" "\01" "\91\00\01\01\61"          ;; 0x11 as two bytes
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\14\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\18\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\20\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\30\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0b\08" "\01" "\50\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
