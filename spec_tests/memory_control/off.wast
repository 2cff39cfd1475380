;; features:
;; Without the proposal nothing of it is there (section 2, and the flags of section 1): run this with the feature off.

;; [1.binary.flags] The bits of limits
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\20\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\21\01\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\24\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04" "\01" "\40\01\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\05" "\01" "\41\01\01\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\06" "\01" "\60\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0a" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\20\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\09" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\40\01\00"
  )
  "malformed limits flags"
)

;; [2.off] The instructions
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0b" "\01\09\00" "\41\00\41\00\fc\12\00" ;; memory.discard
       "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0d" "\01\0b\00" "\41\00\41\00\fc\40\00\03\1a" ;; memory.map readwrite, drop
       "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0b" "\01\09\00" "\41\00\41\00\fc\41\00" ;; memory.unmap
       "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0c" "\01\0a\00" "\41\00\41\00\fc\42\00\01" ;; memory.protect read
       "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0b" "\01\09\00" "\41\00\41\00\fc\43\00" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"
    "\03\02" "\01\00"
    "\05\03" "\01" "\00\01"
    "\0a\0b" "\01\09\00" "\41\00\41\00\fc\5f\00" "\0b"
  )
  "illegal opcode"
)

;; [2.off] [2.segment.binary] The flags of data segments
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\00\01"
    "\0b\08" "\01" "\10\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\00\01"
    "\0b\09" "\01" "\12\00\03\41\00\0b\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\00\01"
    "\0b\05" "\01" "\11\01\01\61"
  )
  "malformed data segment kind"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\03" "\01" "\00\01"
    "\0b\05" "\01" "\13\01\01\61"
  )
  "malformed data segment kind"
)

;; [1.text.malformed] [2.off] The keywords of types and segments
(assert_malformed (module quote "(memory virtual 1)") "unexpected token")
(assert_malformed (module quote "(memory i64 virtual 1)") "unexpected token")
(assert_malformed (module quote "(memory 1 (noaccess 1))") "unexpected token")
(assert_malformed (module quote "(memory 1 (readonly 1))") "unexpected token")
(assert_malformed (module quote "(import \"M\" \"m\" (memory virtual 1))") "unexpected token")
(assert_malformed (module quote "(memory 1) (data (i32.const 0) (prot read) \"a\")") "unexpected token")
