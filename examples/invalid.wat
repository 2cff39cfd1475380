;; Not valid, on purpose: `quire validate` says what is wrong, and where.
(module
  (func (export "double") (param $x f32) (result i32)
    (i32.mul (local.get $x) (i32.const 2))))
