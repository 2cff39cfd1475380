"""Variable instructions: locals and globals. Spec: syntax/instructions#variable-instructions"""

from __future__ import annotations

from typing import Any

from quire.engine import types as t
from quire.engine.errors import Invalid
from quire.engine.immediates import GLOBAL, LOCAL, Context
from quire.engine.instructions.row import typed
from quire.engine.runtime.frame import Frame


def local_get_signature(context: Context, index: int) -> t.FunctionType:
    return t.FunctionType((), (context.local(index),))


def local_get(frame: Frame, index: int) -> Any:
    """Spec: exec/instructions#exec-local-get"""
    return frame.locals[index]


def local_set_signature(context: Context, index: int) -> t.FunctionType:
    return t.FunctionType((context.local(index),), ())


def local_set(frame: Frame, index: int, value: Any) -> None:
    """Spec: exec/instructions#exec-local-set"""
    frame.locals[index] = value


def local_tee_signature(context: Context, index: int) -> t.FunctionType:
    local = context.local(index)
    return t.FunctionType((local,), (local,))


def local_tee(frame: Frame, index: int, value: Any) -> Any:
    """Spec: exec/instructions#exec-local-tee"""
    frame.locals[index] = value
    return value


def global_get_signature(context: Context, index: int) -> t.FunctionType:
    return t.FunctionType((), (context.global_(index).value,))


def global_get(frame: Frame, index: int) -> Any:
    """Spec: exec/instructions#exec-global-get"""
    return frame.global_(index).value


def global_set_signature(context: Context, index: int) -> t.FunctionType:
    type_ = context.global_(index)
    if not type_.mutable:
        raise Invalid("immutable global", f"global {index}")
    return t.FunctionType((type_.value,), ())


def global_set(frame: Frame, index: int, value: Any) -> None:
    """Spec: exec/instructions#exec-global-set"""
    frame.global_(index).value = value


ROWS = (
    typed(0x20, "local.get", [LOCAL], local_get_signature, local_get),
    typed(0x21, "local.set", [LOCAL], local_set_signature, local_set),
    typed(0x22, "local.tee", [LOCAL], local_tee_signature, local_tee),
    typed(0x23, "global.get", [GLOBAL], global_get_signature, global_get, constant=True),
    typed(0x24, "global.set", [GLOBAL], global_set_signature, global_set),
)
