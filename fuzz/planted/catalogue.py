"""Which mutants there are: each is one small change at one place of the engine's source, found in its syntax tree.

The places are all in code that guests can reach: not in messages, annotations or documentation. `catalogue(count)`
picks some evenly from each module, the same ones as long as the sources stay the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random

MODULES = tuple(
    f"quire.engine.{name}"
    for name in (
        "numeric.integers numeric.floats numeric.shapes numeric.vectors instructions.numeric instructions.vector "
        "instructions.memory instructions.table instructions.aggregate instructions.reference instructions.variable "
        "interpret.prepare interpret.steps interpret.exits interpret.machine runtime.memory runtime.table "
        "runtime.objects matching instantiate validate.rules binary.expressions binary.segments immediates"
    ).split()
)
OWN_MODULES = tuple(
    f"quire.proposal_ops.memory_control.{name}"
    for name in "alignment operations pages protection sectioned_memory virtual_memory".split()
)
"""Those of memory control, which no other engine runs: they are scored against this engine without a planted bug."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr, ast.Div: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
ROWS = ("numeric", "stateful", "typed", "control")
SKIPPED = (ast.Raise, ast.JoinedStr, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Assert)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the node number `site` of a module's walk."""

    module: str
    site: int
    what: str
    line: int

    @property
    def name(self) -> str:
        """As the command line has it."""
        return f"{self.module.removeprefix('quire.')}:{self.site}"


def source_of(module: str) -> Path:
    """The file of a module, found without importing a package that would import the module. Raises ImportError."""
    room, inner = module.split(".")[:2], module.split(".")[2:]
    spec = find_spec(".".join(room))
    if spec is None or spec.origin is None:
        raise ImportError(f"no module {module}")
    return Path(spec.origin).parent.joinpath(*inner).with_suffix(".py")


def sites(tree: ast.Module) -> Iterator[tuple[int, ast.AST]]:
    """The nodes that may be changed, with their numbers."""
    for number, node in enumerate(reachable(tree)):
        if change(node, apply=False):
            yield number, node


def reachable(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without annotations, messages, documentation and what only type checkers read."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "slice") and not isinstance(node, ast.Subscript):
            continue
        if isinstance(node, ast.keyword) and node.arg == "template":
            continue  # which the fast tier reads: tiers are held equal by running both
        if name == "args" and isinstance(node, ast.Call) and ast.unparse(node.func) in ROWS:
            value = value[2:]  # an opcode or a name that is taken is found when the table is made
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, SKIPPED) and not _is_documentation(child):
                yield child
                yield from reachable(child)


def _is_documentation(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def change(node: ast.AST, *, apply: bool) -> str:
    """What changing a node does, "" where nothing is to be changed; it is done if `apply`."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            new_op = COMPARISONS[type(op)]()
            if apply:
                node.ops = [new_op]
            return f"{type(op).__name__} -> {type(new_op).__name__}"
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            new_operator = OPERATORS[type(operator)]()
            if apply:
                node.op = new_operator
            return f"{type(operator).__name__} -> {type(new_operator).__name__}"
        case ast.Constant(value=value) if type(value) is int:
            if apply:
                node.value = value + 1
            return f"{value} -> {value + 1}"
        case ast.Attribute(attr=name) if name.endswith(("_s", "_u")):
            other = name[:-1] + ("u" if name.endswith("s") else "s")
            if apply:
                node.attr = other
            return f"{name} -> {other}"
    return _change_logic(node, apply=apply)


def _change_logic(node: ast.AST, *, apply: bool) -> str:
    match node:
        case ast.BoolOp(op=op):
            if apply:
                node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            return f"{type(op).__name__} -> the other"
        case ast.IfExp(body=body, orelse=orelse):
            if apply:
                node.body, node.orelse = orelse, body
            return "if else -> the other way round"
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert() as op, operand=operand):
            if apply:
                node.op = ast.UAdd() if not isinstance(op, ast.Not) else ast.Not()
                node.operand = operand if not isinstance(op, ast.Not) else ast.UnaryOp(ast.Not(), operand)
            return f"{type(op).__name__} -> nothing"
    return ""


def mutants_of(module: str) -> list[Mutant]:
    """All mutants of one module."""
    tree = ast.parse(source_of(module).read_text())
    return [
        Mutant(module, number, change(node, apply=False), getattr(node, "lineno", 0)) for number, node in sites(tree)
    ]


def mutated(module: str, site: int) -> str:
    """The source of a module with one change. Raises ValueError for a site that there is not."""
    tree = ast.parse(source_of(module).read_text())
    node = dict(sites(tree)).get(site)
    if node is None:
        raise ValueError(f"{module} has no site {site}")
    change(node, apply=True)
    return ast.unparse(ast.fix_missing_locations(tree))


def catalogue(count: int = 200, *, own: bool = True) -> list[Mutant]:
    """That many mutants, the same share of each module's."""
    modules = (*MODULES, *(OWN_MODULES if own else ()))
    everything = [mutants_of(module) for module in modules]
    total = sum(map(len, everything))
    picked: list[Mutant] = []
    for each in everything:
        share = max(2, round(count * len(each) / total))
        picked += Random(each[0].module).sample(each, min(share, len(each)))
    return picked


def named(name: str) -> Mutant:
    """The mutant of that name. Raises ValueError where there is none."""
    module, _, site = name.rpartition(":")
    for each in mutants_of(f"quire.{module}"):
        if str(each.site) == site:
            return each
    raise ValueError(f"there is no mutant {name}")
