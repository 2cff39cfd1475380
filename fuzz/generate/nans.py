"""Functions that do one float instruction and hold its NaN to the set that the specification allows, in any engine.

Spec: exec/numerics#nan-propagation: if every NaN among the operands is canonical, so is the result, of either sign;
else the result is any arithmetic NaN. What is outside goes to host.note as VIOLATION and the upper bits; what comes
back is the canonical NaN, so that nothing else of a module depends on an engine's choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quire.engine.instructions.row import Row
from quire.engine.module import Instruction, LocalRun
from quire.fuzz.generate.catalogue import plain_production
from quire.fuzz.generate.leaves import Code, Emitter
from quire.fuzz.generate.plan import HOST_FUNCTION

VIOLATION = 0xBAD00000
"""What is noted first of bits that are not allowed."""
MAKING = re.compile(
    r"(f32|f64|f32x4|f64x2)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_\w+|promote_\w+"
    r"|relaxed_n?madd|relaxed_min|relaxed_max)$"
)
"""The instructions whose NaN has bits that engines may choose."""
CONVERTING = re.compile(r"mote_(?:low_)?(f\d\d(?:x\d)?)")


@dataclass(frozen=True, slots=True)
class Shape:
    """Floats of a size: their integers, the canonical NaN, and the bit that is set in every arithmetic one."""

    name: str
    bits: str
    nan: int
    quiet: int
    magnitude: int  # all bits but the sign


F32 = Shape("f32", "i32", 0x7FC00000, 1 << 22, (1 << 31) - 1)
F64 = Shape("f64", "i64", 0x7FF8 << 48, 1 << 51, (1 << 63) - 1)
LANES = {"f32x4": (F32, 4), "f64x2": (F64, 2), "f32": (F32, 1), "f64": (F64, 1)}


def is_checked(row: Row) -> bool:
    """Whether there is a set to check: of the relaxed instructions it is another."""
    return MAKING.match(row.mnemonic) is not None and "relaxed" not in row.mnemonic


def runs(row: Row) -> tuple[LocalRun, ...]:
    """The local that `checked` needs behind the operands."""
    return (LocalRun(1, plain_production(row).signature.results[0]),)


def checked(emitter: Emitter, row: Row) -> Code:
    """Code on the operands as locals, with another one for the result."""
    make, signature = emitter.make, plain_production(row).signature
    result = len(signature.parameters)
    name = row.mnemonic.partition(".")[0]
    shape, lanes = LANES[name]
    source, offered = LANES[operand_shape(row.mnemonic, name)]
    code = [*(make("local.get", index) for index in range(result)), emitter.of(row), make("local.set", result)]
    for lane in range(min(lanes, offered)):
        operands = [Lane(emitter, source, index, lane if offered > 1 else None) for index in range(result)]
        code += violation(emitter, Lane(emitter, shape, result, lane if lanes > 1 else None), operands)
    return [*code, *canonical(emitter, name, result)]


def operand_shape(mnemonic: str, name: str) -> str:
    """What conversions between floats take; others take what they make."""
    found = CONVERTING.search(mnemonic)
    return found[1] if found else name


@dataclass(frozen=True, slots=True)
class Lane:
    """A float in a local, or in a lane of one."""

    emitter: Emitter
    shape: Shape
    local: int
    lane: int | None

    def code(self) -> Code:
        """Its value."""
        get = self.emitter.make("local.get", self.local)
        if self.lane is None:
            return [get]
        lanes = 4 if self.shape is F32 else 2
        return [get, self.emitter.make(f"{self.shape.name}x{lanes}.extract_lane", self.lane)]

    def bits(self) -> Code:
        """Its bits without the sign."""
        make, shape = self.emitter.make, self.shape
        cast = make(f"{shape.bits}.reinterpret_{shape.name}")
        return [*self.code(), cast, make(f"{shape.bits}.const", shape.magnitude), make(f"{shape.bits}.and")]

    def is_nan(self) -> Code:
        return [*self.code(), *self.code(), self.emitter.make(f"{self.shape.name}.ne")]

    def is_no_odd_nan(self) -> Code:
        """Whether it is a number or the canonical NaN."""
        make, shape = self.emitter.make, self.shape
        equal = [*self.code(), *self.code(), make(f"{shape.name}.eq")]
        return [*equal, *self.bits(), make(f"{shape.bits}.const", shape.nan), make(f"{shape.bits}.eq"), make("i32.or")]


def violation(emitter: Emitter, result: Lane, operands: Sequence[Lane]) -> Code:
    """Code that notes a NaN that may not be."""
    make, shape = emitter.make, result.shape
    not_canonical = [*result.bits(), make(f"{shape.bits}.const", shape.nan), make(f"{shape.bits}.ne")]
    quiet = [make(f"{shape.bits}.const", shape.quiet), make(f"{shape.bits}.and"), make(f"{shape.bits}.eqz")]
    usual: Code = [make("i32.const", 1)]
    for each in operands:
        usual += [*each.is_no_odd_nan(), make("i32.and")]
    wrong = [*not_canonical, *result.bits(), *quiet, *usual, make("select")]
    high = [make("i64.const", 32), make("i64.shr_u"), make("i32.wrap_i64")] if shape is F64 else []
    note = [make("i32.const", VIOLATION), *result.bits(), *high, make("call", HOST_FUNCTION), make("drop")]
    return [*result.is_nan(), make("if", None), *wrong, make("if", None), *note, make("end"), make("end")]


def canonical(emitter: Emitter, name: str, local: int = 0, *, other: bool = False) -> list[Instruction]:
    """A local, or in place of a NaN (or of the NaNs among its lanes) the canonical one, or one that differs from that
    in sign and payload.
    """
    shape, lanes = LANES[name]
    width = 128 // lanes
    bits = shape.nan | (shape.magnitude + 2 if other else 0)
    nan = bits if lanes == 1 else sum(bits << width * lane for lane in range(lanes))
    get, vector = emitter.make("local.get", local), lanes > 1
    constant = emitter.make("v128.const" if vector else f"{name}.const", nan)
    choose = emitter.make("v128.bitselect" if vector else "select")
    return [get, constant, get, get, emitter.make(f"{name}.eq"), choose]
