"""The row of the instruction table: everything there is to know about one instruction.

Four kinds of row, each made by the function of its name:

    numeric(0x6D, "i32.div_s", "i32 i32 -> i32", i32.div_s)
        `run(*immediates, *operands)` is a pure function of plain values.
    stateful(0x28, "i32.load", [memarg(4)], "addr -> i32", load_i32)
        `run(frame, *immediates, *operands)` sees the state through its frame. `addr` is the address type of the
        memory that an immediate names.
    typed((0xFC, 0x0A), "memory.copy", [MEMORY, MEMORY], signature, run)
        like stateful, with `signature(context, *immediates) -> FunctionType` (closed types): for the rows whose types
        depend on immediates or on the module.
    control(0x0D, "br_if", [LABEL])
        branches, calls and stack-polymorphic rows. Their rules are methods named after `rule`, of the validator and of
        each tier.

A row may carry a template beside its function: the same as a Python expression, for the tier that compiles. Loads and
stores are named with what they do as an Access. Without either, the function is called on canonical operands.

`run` returns None, one value, or a tuple where the signature has several results.
This module knows no instruction; the chapters beside it do. Spec: appendix/index-instructions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from quire.engine import types as t
from quire.engine.errors import Crash
from quire.engine.immediates import Context, Immediate
from quire.engine.instructions.access import Access
from quire.engine.instructions.templates import Naming, Template

Signature = Callable[..., t.FunctionType]
Opcode = int | tuple[int, int]
Arity = tuple[int, tuple[t.ValueType, ...]]  # how many operands, and the types of the results


class Kind(Enum):
    """Which of the four factories made a row."""

    NUMERIC = "numeric"
    STATEFUL = "stateful"
    TYPED = "typed"
    CONTROL = "control"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One instruction. Rows are compared by identity; make them by the factories below."""

    opcode: Opcode  # a byte, or a prefix byte and the number behind it
    mnemonic: str
    immediates: tuple[Immediate, ...]
    kind: Kind
    signature: Signature  # (context, *immediates) -> FunctionType
    run: Callable[..., Any]
    constant: bool = False  # may stand in a constant expression
    needs_data_count: bool = False  # is malformed without a data count section
    template: Template | None = None  # the function as a Python expression; without one the function is called
    access: Access | None = None  # what a load or store does with the bytes
    naming: Naming = Naming.NEVER  # whether code made from these needs its operands in variables
    arity: Arity | None = None  # where it is the same everywhere

    @property
    def rule(self) -> str:
        """The name of the methods that hold a control row's rules."""
        return self.mnemonic.replace(".", "_")

    @property
    def traps(self) -> bool:
        """Whether running it may trap, as far as is known."""
        return self.template is None or self.template.traps

    @property
    def effects(self) -> bool:
        """Whether running it needs more than its operands."""
        return self.kind is not Kind.NUMERIC

    def __repr__(self) -> str:
        return f"<{self.mnemonic}>"


def numeric(
    opcode: Opcode,
    mnemonic: str,
    signature: str,
    run: Callable[..., Any],
    immediates: Sequence[Immediate] = (),
    *,
    constant: bool = False,
    template: Template | None = None,
) -> Row:
    """A row whose `run(*immediates, *operands)` is a pure function of plain values."""
    fixed = fixed_signature(signature)
    naming = Naming.NEVER if template is None else template.naming
    return Row(
        opcode,
        mnemonic,
        tuple(immediates),
        Kind.NUMERIC,
        fixed,
        run,
        constant,
        template=template,
        naming=naming,
        arity=_arity(signature),
    )


def stateful(
    opcode: Opcode,
    mnemonic: str,
    immediates: Sequence[Immediate],
    signature: str,
    run: Callable[..., Any] | Access,
    *,
    needs_data_count: bool = False,
) -> Row:
    """A row whose `run(frame, *immediates, *operands)` reads or changes the state; a load or store is an access."""
    kinds = tuple(immediates)
    access, run = (run, run.run) if isinstance(run, Access) else (None, run)
    fixed = _address_signature(signature, kinds)
    combines = access is not None and access.make is not None and len(kinds) > 1 and not access.stores
    naming = Naming.ALWAYS if combines else Naming.NEVER
    return Row(
        opcode,
        mnemonic,
        kinds,
        Kind.STATEFUL,
        fixed,
        run,
        False,
        needs_data_count,
        access=access,
        naming=naming,
        arity=_arity(signature),
    )


def typed(
    opcode: Opcode,
    mnemonic: str,
    immediates: Sequence[Immediate],
    signature: Signature,
    run: Callable[..., Any],
    *,
    constant: bool = False,
    needs_data_count: bool = False,
) -> Row:
    """A row whose types depend on its immediates or on the module."""
    return Row(opcode, mnemonic, tuple(immediates), Kind.TYPED, signature, run, constant, needs_data_count)


def control(opcode: Opcode, mnemonic: str, immediates: Sequence[Immediate] = (), *, constant: bool = False) -> Row:
    """A row whose rules are methods of the validator and of each tier."""
    return Row(opcode, mnemonic, tuple(immediates), Kind.CONTROL, _no_signature, _not_run, constant)


def _no_signature(context: Context, *immediates: Any) -> t.FunctionType:
    raise Crash("a control instruction was asked for its signature")


def _not_run(*operands: Any) -> None:
    raise Crash("a control instruction was run like a plain one")


_NAMED = MappingProxyType({
    **{each.name: each for each in t.NUMBER_TYPES},
    "funcref": t.FUNCREF, "externref": t.EXTERNREF, "exnref": t.EXNREF, "anyref": t.ANYREF, "eqref": t.EQREF,
    "i31ref": t.I31REF, "structref": t.STRUCTREF, "arrayref": t.ARRAYREF, "i31": t.ReferenceType(False, t.I31),
})  # fmt: skip


def parse_signature(text: str, address: t.NumberType | None = None) -> t.FunctionType:
    """The function type that a signature such as "addr i32 ->" writes; `addr` stands for `address`."""
    left, _, right = text.partition("->")
    named = {**_NAMED, "addr": address}
    parameters, results = (tuple(named[word] for word in side.split()) for side in (left, right))
    return t.FunctionType(parameters, results)  # type: ignore[arg-type]


def _arity(text: str) -> Arity | None:
    """How many operands there are and which results, unless the type of a result depends on a memory."""
    operands, _, results = text.partition("->")
    return None if "addr" in results.split() else (len(operands.split()), parse_signature(text).results)


def fixed_signature(text: str) -> Signature:
    """The signature that is the same everywhere."""
    signature = parse_signature(text)
    return lambda context, *immediates: signature


def _address_signature(text: str, kinds: tuple[Immediate, ...]) -> Signature:
    """The signature whose `addr` is the address type of the memory that the immediates name."""
    if "addr" not in text.split():
        return fixed_signature(text)
    variants = {address: parse_signature(text, address) for address in (t.I32, t.I64)}

    def signature(context: Context, *immediates: Any) -> t.FunctionType:
        named = (kind.address_type(context, value) for kind, value in zip(kinds, immediates, strict=True))
        return variants[next(address for address in named if address is not None)]

    return signature
