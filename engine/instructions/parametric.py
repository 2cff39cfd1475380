"""Parametric instructions: drop and select. Spec: syntax/instructions#parametric-instructions"""

from __future__ import annotations

from typing import Any

from quire.engine import types as t
from quire.engine.immediates import RESULT_TYPES, Context
from quire.engine.instructions.row import control, typed
from quire.engine.runtime.frame import Frame


def select_signature(context: Context, results: tuple[t.ValueType, ...]) -> t.FunctionType:
    chosen = context.close(results[0])
    return t.FunctionType((chosen, chosen, t.I32), (chosen,))


def select(frame: Frame, results: tuple[t.ValueType, ...], first: Any, second: Any, condition: int) -> Any:
    """Spec: exec/instructions#exec-select"""
    return first if condition else second


ROWS = (
    control(0x1A, "drop"),
    control(0x1B, "select"),
    typed(0x1C, "select", [RESULT_TYPES], select_signature, select),
)
