"""Which mutants there are: each is one small change at one place of the engine's source, found in its syntax tree.

The places are all in code that guests can reach: not in messages, annotations or documentation. A mutant is named after
its module, the function (or the row of a table) that it changes, and which of the changes there it is, so that it keeps
its name as long as that function is what it is. `candidates` gives them for each class in an order of chance that only
depends on names. Those that change nothing a guest could see are left out: `equivalent.toml` says why.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
CLASSES: Mapping[str, tuple[int, tuple[str, ...]]] = MappingProxyType(
    {
        "instructions": (58, (
            "numeric.integers", "numeric.floats", "numeric.shapes", "numeric.vectors", "instructions.numeric",
            "instructions.vector",
        )),
        "control": (32, (
            "interpret.prepare", "interpret.steps", "interpret.exits", "interpret.machine", "instructions.control",
            "instructions.reference", "instructions.variable", "instructions.parametric",
        )),
        "validation": (44, (
            "validate.bodies", "validate.contexts", "validate.definitions", "validate.modules", "validate.rules",
            "validate.states", "validate.symbols", "matching",
        )),
        "traps and state": (36, (
            "instructions.memory", "instructions.table", "instructions.aggregate", "runtime.memory", "runtime.table",
            "runtime.objects", "instantiate",
        )),
        "encodings": (28, (
            "binary.blocks", "binary.code", "binary.composites", "binary.decode", "binary.encode", "binary.expressions",
            "binary.externals", "binary.sections", "binary.segments", "bytestream", "immediates", "type_encoding",
        )),
        "page state": (22, (
            "memory_control.alignment", "memory_control.operations", "memory_control.pages",
            "memory_control.protection", "memory_control.sectioned_memory", "memory_control.virtual_memory",
        )),
    }
)  # fmt: skip
"""Of each class how many of 220, and its modules."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr, ast.Div: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
ROWS = frozenset({"numeric", "stateful", "typed", "control"})
"""What makes a row; so does every function of a module whose first parameters are an opcode and a mnemonic."""
ONE_TIER: Mapping[str, str] = MappingProxyType(
    {"interpret": "reference", "validate": "reference", "matching": "reference", "binary": "reference",
     "bytestream": "reference", "immediates": "reference", "type_encoding": "reference"}
)  # fmt: skip
"""The tier for mutants of these packages and modules: others do not run what they change, or do just the same."""
SKIPPED = (ast.Raise, ast.JoinedStr, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Assert)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: number `site` of those at `place` in a module."""

    kind: str  # the class
    module: str
    place: str
    site: int
    what: str
    line: int

    @property
    def tiers(self) -> tuple[str, ...]:
        """Those of this engine's tiers that it is planted in."""
        package = self.module.split(".")[2]
        return (ONE_TIER[package],) if package in ONE_TIER else ("reference", "fast")

    @property
    def name(self) -> str:
        """As the command line has it."""
        return f"{self.module.removeprefix('quire.')}:{self.place}:{self.site}"


def full_name(module: str) -> str:
    """The import name of a module as CLASSES has it."""
    return f"quire.{'proposal_ops' if module.startswith('memory_control') else 'engine'}.{module}"


def source_of(module: str) -> Path:
    """The file of a module, found without importing a package that would import the module. Raises ImportError."""
    room, inner = module.split(".")[:2], module.split(".")[2:]
    spec = find_spec(".".join(room))
    if spec is None or spec.origin is None:
        raise ImportError(f"no module {module}")
    return Path(spec.origin).parent.joinpath(*inner).with_suffix(".py")


def sites(tree: ast.Module) -> Iterator[tuple[str, int, ast.AST]]:
    """The nodes that may be changed, with their places and their numbers there."""
    numbers, rows = Counter[str](), row_makers(tree)
    for place, node in reachable(tree, "", rows):
        if change(node, apply=False):
            yield place, numbers[place], node
            numbers[place] += 1


def row_makers(tree: ast.Module) -> frozenset[str]:
    """The names of the functions that make rows."""
    functions = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    return ROWS | {each.name for each in functions if [a.arg for a in each.args.args[:2]] == ["opcode", "mnemonic"]}


def reachable(node: ast.AST, place: str, rows: frozenset[str]) -> Iterator[tuple[str, ast.AST]]:
    """The nodes below, without annotations, messages, documentation and what only type checkers read."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or _is_for_checkers(node):
            continue
        if name == "args" and isinstance(node, ast.Call) and ast.unparse(node.func) in rows:
            value = value[2:]  # an opcode or a name that is taken is found when the table is made
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, SKIPPED) and not _is_documentation(child):
                inner = place_of(child, place, rows)
                yield inner, child
                yield from reachable(child, inner, rows)


def place_of(node: ast.AST, outer: str, rows: frozenset[str]) -> str:
    """The name of what a node is in: functions and classes, rows of a table, names that are assigned."""
    if isinstance(node, DEFINITIONS):
        return f"{outer}.{node.name}".lstrip(".")
    match node:
        case ast.Call(func=ast.Name(id=kind), args=[_, ast.Constant(value=str(mnemonic)), *_]) if kind in rows:
            return mnemonic
        case ast.Assign(targets=[ast.Name(id=name)]) if not outer:
            return name
    return outer


def _is_for_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


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
    return _change_logic(node, apply=apply) or _change_statements(node, apply=apply)


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


def _change_statements(node: ast.AST, *, apply: bool) -> str:
    """A check that is not made, an action that is not done, two of them in the other order."""
    match node:
        case ast.If(body=[ast.Raise(), *_], test=test):
            if apply:
                node.test = ast.Constant(False)
            return f"if {ast.unparse(test)}: raise -> no check"
        case ast.Expr(value=ast.Call() as call) if not ast.unparse(call).startswith("super().__init__"):
            if apply:
                node.value = ast.Constant(None)
            return f"{ast.unparse(call)} -> left out"
        case ast.FunctionDef(body=body):
            at = next((at for at in range(len(body) - 1) if _is_action(body[at]) and _is_action(body[at + 1])), None)
            if at is None:
                return ""
            if apply:
                body[at], body[at + 1] = body[at + 1], body[at]
            return f"line {body[0].lineno + at}: two actions -> the other order"
    return ""


def _is_action(node: ast.stmt) -> bool:
    """A call, or a check that raises."""
    return (isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    )


@cache
def mutants_of(module: str) -> tuple[Mutant, ...]:
    """All mutants of one module, those that change nothing included."""
    tree = ast.parse(source_of(module).read_text())
    short = module.split(".", 2)[2]
    kind = next((name for name, (_, modules) in CLASSES.items() if short in modules), "")
    return tuple(
        Mutant(kind, module, place, number, change(node, apply=False), getattr(node, "lineno", 0))
        for place, number, node in sites(tree)
    )


def mutated(name: str) -> tuple[str, str]:
    """A mutant's module and its changed source. Raises ValueError where there is no such mutant."""
    short, place, number = split_name(name)
    module = f"quire.{short}"
    tree = ast.parse(source_of(module).read_text())
    node = next((node for at, site, node in sites(tree) if (at, site) == (place, number)), None)
    if node is None:
        raise ValueError(f"there is no mutant {name}")
    change(node, apply=True)
    return module, ast.unparse(ast.fix_missing_locations(tree))


def split_name(name: str) -> tuple[str, str, int]:
    """Module, place and number. Raises ValueError for what is no name of a mutant."""
    parts = name.split(":")
    if len(parts) != 3 or not parts[2].isdecimal():
        raise ValueError(f"there is no mutant {name}")
    return parts[0], parts[1], int(parts[2])


@cache
def equivalents() -> Mapping[str, str]:
    """Patterns of the names of mutants that change nothing, and why that is."""
    raw = tomllib.loads(EQUIVALENT.read_text())
    return MappingProxyType({pattern: each["reason"] for each in raw["equivalent"] for pattern in each["mutants"]})


def reason_of(mutant: Mutant) -> str | None:
    """Why a mutant changes nothing that a guest could see; None where it does."""
    return next((reason for pattern, reason in equivalents().items() if fnmatchcase(mutant.name, pattern)), None)


def candidates(kind: str) -> list[Mutant]:
    """The mutants of a class that change something, in the order in which they are to be planted."""
    modules = map(full_name, CLASSES[kind][1])
    everything = (mutant for module in modules for mutant in mutants_of(module))
    return sorted((each for each in everything if reason_of(each) is None), key=_rank)


def _rank(mutant: Mutant) -> bytes:
    return sha256(mutant.name.encode()).digest()


def shares(count: int) -> dict[str, int]:
    """How many of so many mutants are of each class."""
    total = sum(share for share, _ in CLASSES.values())
    return {kind: max(1, -(-count * share // total)) for kind, (share, _) in CLASSES.items()}


def catalogue(count: int = 200) -> list[Mutant]:
    """At least that many mutants. Some of them may turn out to be none, since no process can start with them."""
    return [each for kind, share in shares(count).items() for each in candidates(kind)[:share]]


def named(name: str) -> Mutant:
    """The mutant of that name. Raises ValueError where there is none."""
    module, place, site = split_name(name)
    try:
        everything: Sequence[Mutant] = mutants_of(f"quire.{module}")
    except (ImportError, OSError):
        everything = ()
    for each in everything:
        if (each.place, each.site) == (place, site):
            return each
    raise ValueError(f"there is no mutant {name}")
