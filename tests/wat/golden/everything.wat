(module $everything
  (type $pair (func (param i32 i64) (result f32 f64)))
  (rec
    (type $node (sub (struct (field $next (ref null $node)) (field $"a value" (mut i8)) (field i64))))
    (type $leaf (sub final $node (struct (field (ref null $node)) (field (mut i8)) (field i64) (field $more v128))))
    (type $nodes (array (mut (ref null $node)))))
  (type (;4;) (func (param i32 i32)))
  (type (;5;) (func (param i32 f32 f64 i64) (result i64)))
  (type (;6;) (func (param i32)))
  (type (;7;) (func))
  (import "env" "log \"it\"" (func $log (type 4) (param $level i32) (param i32)))
  (import "env" "memory" (memory $shared i64 1 16))
  (import "env" "global" (global $base (mut i32)))
  (tag $problem (type 6) (param i32))
  (table $first 1 2 funcref)
  (table $second i64 3 (ref null $pair) (ref.null $pair))
  (memory $small 1 1)
  (global $zero f64 (f64.const -0.1))
  (global $computed i32 i32.const 6 global.get $base i32.mul)
  (export "sum" (func $sum))
  (export "" (memory $small))
  (start 2)
  (elem $declared declare func $sum)
  (elem (;1;) (table $second) (i64.const 1) (ref null $pair) (ref.null $pair) (ref.func $log))
  (elem (;2;) (offset i32.const 1 i32.const 2 i32.add) func $log 2)
  (data (;0;) (memory $small) (i32.const 0) "\00 text \"quoted\" \ff")
  (data $long (memory $small) (i32.const 100)
    "A segment that is longer than a line can hold go"
    "es on several lines, each of which is a string o"
    "f its own; together they are the same bytes.")
  (data $passive "")
  (func $sum (type 5) (param $n i32) (param f32 f64) (param $start i64) (result i64)
    (local $i i32) (local i32 i32) (local $list (ref null $nodes))
    block $done
      loop $again
        local.get $i
        local.get $n
        i32.ge_u
        br_if $done
        local.get $i
        i32.const -1
        i32.add
        local.set $i
        local.get $i
        i32.load8_u $small offset=16
        if (result i32)
          i32.const 1
        else
          f32.const nan:0x200000
          drop
          i32.const 2147483647
        end
        drop
        br $again
      end
    end
    block $caught (result exnref)
      try_table (catch $problem 1) (catch_all_ref $caught)
        i32.const 1
        i32.const 2
        call $log
      end
      i64.const -1
      return
    end
    drop
    i32.const 1
    i64.const 2
    i32.const 0
    call_indirect $second (type $pair)
    drop
    drop
    v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
    v128.const i32x4 0x00000000 0x00000000 0xffffffff 0xffffffff
    i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31
    drop
    block $end
      i32.const 3
      br_table $end $end 1
    end)
  (func (;2;) (@name "") (type 6) (param $sum i32)
    unreachable)
  (func (;3;) (@name "sum") (type 7))
  (@custom "notes" (after type) "some \00 bytes"))
