;; features: memory-control
;; No other proposal comes with this one (sections 1 and 2): run this with memory control on and with threads, custom page
;; sizes and wide arithmetic off.

;; [1.binary.flags] b1 (shared) and b3 (page size) belong to features that are off.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\02\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\03\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\08\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\09\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\23\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\28\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\43\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\48\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\63\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\68\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\07" "\01" "\6b\01\01\00\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0a" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\22\01\00\00"
  )
  "malformed limits flags"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\02\0a" "\01\01\4d\01\6d\02"             ;; import "M" "m" (memory
       "\48\01\00\00"
  )
  "malformed limits flags"
)

;; [2.opcodes] 0x13 to 0x16 are wide arithmetic's.
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\10" "\01\0e\00" "\42\00\42\00\42\00\42\00\fc\13\1a\1a" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\10" "\01\0e\00" "\42\00\42\00\42\00\42\00\fc\14\1a\1a" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\10" "\01\0e\00" "\42\00\42\00\42\00\42\00\fc\15\1a\1a" "\0b"
  )
  "illegal opcode"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04" "\01\60\00\00"                   ;; func type: [] -> []
    "\03\02" "\01\00"
    "\05\04" "\01" "\40\01\00"                ;; memory virtual 1
    "\0a\10" "\01\0e\00" "\42\00\42\00\42\00\42\00\fc\16\1a\1a" "\0b"
  )
  "illegal opcode"
)

;; [1.text.malformed] The attributes of other proposals
(assert_malformed (module quote "(memory 1 1 shared)") "unexpected token")
(assert_malformed (module quote "(memory virtual 1 1 shared)") "unexpected token")
(assert_malformed (module quote "(memory 1 (pagesize 65536))") "unexpected token")
(assert_malformed (module quote "(memory virtual 1 (pagesize 1))") "unexpected token")
(assert_malformed (module quote "(memory 1 (noaccess 1) (pagesize 1))") "unexpected token")
(assert_malformed (module quote "(memory 1 1 shared (readonly 1))") "unexpected token")
