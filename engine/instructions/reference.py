"""Reference instructions. Spec: syntax/instructions#reference-instructions

A null reference is None at run time; which type it is null of, only validation needs to know.
"""

from __future__ import annotations

from typing import Any

from quire.engine import matching
from quire.engine import types as t
from quire.engine.errors import Trap
from quire.engine.immediates import FUNCTION, HEAP_TYPE, REFERENCE_TYPE, REFERENCE_TYPE_NULL, Context
from quire.engine.instructions.expressions import Value, compare
from quire.engine.instructions.row import control, numeric, typed
from quire.engine.instructions.templates import Template
from quire.engine.runtime.frame import Frame
from quire.engine.runtime.objects import is_instance


def ref_null_signature(context: Context, heap: t.HeapType) -> t.FunctionType:
    return t.FunctionType((), (context.close(t.ReferenceType(True, heap)),))


def ref_null(frame: Frame, heap: t.HeapType) -> None:
    """Spec: exec/instructions#exec-ref-null"""


def ref_func_signature(context: Context, function: int) -> t.FunctionType:
    return t.FunctionType((), (t.ReferenceType(False, context.declared_function(function)),))


def ref_func(frame: Frame, function: int) -> Any:
    """Spec: exec/instructions#exec-ref-func"""
    return frame.function(function)


def ref_eq(first: Any, second: Any) -> int:
    """Identity; i31 references of equal value are identical. Spec: exec/instructions#exec-ref-eq"""
    return int(first is second or (first is not None and first == second))


def cast_operand(context: Context, target: t.ReferenceType) -> t.ReferenceType:
    """The least informative type that may be cast to `target`: the nullable top of its hierarchy."""
    return t.ReferenceType(True, matching.top_of(context.close(target).heap))


def ref_test_signature(context: Context, target: t.ReferenceType) -> t.FunctionType:
    return t.FunctionType((cast_operand(context, target),), (t.I32,))


def ref_test(frame: Frame, target: t.ReferenceType, reference: Any) -> int:
    """Spec: exec/instructions#exec-ref-test"""
    return int(is_instance(reference, frame.close(target)))


def ref_cast_signature(context: Context, target: t.ReferenceType) -> t.FunctionType:
    return t.FunctionType((cast_operand(context, target),), (context.close(target),))


def ref_cast(frame: Frame, target: t.ReferenceType, reference: Any) -> Any:
    """Spec: exec/instructions#exec-ref-cast"""
    if not is_instance(reference, frame.close(target)):
        raise Trap("cast failure", f"the reference is no {target}")
    return reference


def same(first: Value, second: Value) -> Value:
    """What is no i31 is equal to itself alone."""
    return compare(first, "==", second)


ROWS = (
    typed(0xD0, "ref.null", [HEAP_TYPE], ref_null_signature, ref_null, constant=True),
    control(0xD1, "ref.is_null"),
    typed(0xD2, "ref.func", [FUNCTION], ref_func_signature, ref_func, constant=True),
    numeric(0xD3, "ref.eq", "eqref eqref -> i32", ref_eq, template=Template(same)),
    control(0xD4, "ref.as_non_null"),
    typed((0xFB, 0x14), "ref.test", [REFERENCE_TYPE], ref_test_signature, ref_test),
    typed((0xFB, 0x15), "ref.test", [REFERENCE_TYPE_NULL], ref_test_signature, ref_test),
    typed((0xFB, 0x16), "ref.cast", [REFERENCE_TYPE], ref_cast_signature, ref_cast),
    typed((0xFB, 0x17), "ref.cast", [REFERENCE_TYPE_NULL], ref_cast_signature, ref_cast),
)
