"""Structuring: from a graph of blocks to nested loops, branches and exits that Python can say.

After N. Ramsey, "Beyond relooper", 2022: a block that only one branch leads to is inlined there; one where several meet
follows, once, behind the code that leads to it; the start of a loop encloses what it dominates. Exits are resolved in a
second step: to nothing where the code goes on there by itself, to `break` or `continue`, or to several breaks with a
flag. Blocks that follow one another deeper than Python nests become the arms of one frame, picked by number.
Knows no source text.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from quire.engine.compile import nodes as n
from quire.engine.compile.dominators import Order, order
from quire.engine.errors import Crash

SMALL = 2  # statements of a block that returns, which is written out at each branch to it
DEEPEST_NESTING = 18  # Python has 20 at most, loops and tries together


@dataclass(eq=False, slots=True)
class Code:
    """The statements of a block, and its end where that is no branch."""

    block: n.Block
    end: bool = False


@dataclass(eq=False, slots=True)
class Exit:
    """Go on at `target`. `falls` says that the code gets there by itself."""

    target: n.Block
    source: n.Block
    back: bool = False  # to the start of a loop that it is in
    falls: bool = False
    way: Way | None = None


@dataclass(eq=False, slots=True)
class If:
    """Two ways on from a block."""

    block: n.Block
    condition: n.Expression
    then: Tree
    otherwise: Tree


@dataclass(eq=False, slots=True)
class Select:
    """A switch: `arms[targets[i]]` for the selector i, the last of `targets` for all above."""

    block: n.Block
    selector: n.Expression
    targets: tuple[int, ...]
    arms: list[Tree]


@dataclass(eq=False, slots=True)
class Loop:
    """Code that runs again from its end on."""

    header: n.Block
    body: Tree
    after: frozenset[n.Block] = frozenset()  # where the code behind the loop gets by itself
    flags: dict[n.Block, Way] = field(default_factory=dict)  # what is left to leave behind this frame


@dataclass(eq=False, slots=True)
class Once:
    """Code whose exits to `label` go to its end. `used` says whether one of them needs a `break`."""

    label: n.Block
    body: Tree
    used: bool = False
    flags: dict[n.Block, Way] = field(default_factory=dict)  # what is left to leave behind this frame


@dataclass(eq=False, slots=True)
class Several:
    """Code whose exits to one of `labels` go on in that one's arm, and so on; behind it, at `after`."""

    labels: tuple[n.Block, ...]
    body: Tree
    arms: list[Tree]
    after: frozenset[n.Block] = frozenset()
    flags: dict[n.Block, Way] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Guarded:
    """A try: its body, and for each handler the exit."""

    block: n.Block
    region: n.Region
    body: Tree
    exits: list[Exit]


Control = Exit | If | Select | Loop | Once | Several | Guarded
Tree = list["Code | Control"]
Frame = Loop | Once | Several


@dataclass(frozen=True, slots=True)
class Way:
    """How an exit leaves the frames around it: `frames` are left by breaks, innermost first; then perhaps continue."""

    frames: tuple[Frame, ...]
    again: bool  # the last frame is continued, not broken


def structure(region: n.Region, loops: Container[n.Block]) -> Iterator[Tree]:
    """Trees of a function's region, exits resolved, the best first; none where Python does not nest as deep.

    A tree is to be done with when the next is asked for. `loops` are the blocks that loops start with.
    """
    tree = Structuring(region, loops).run()
    if resolve(tree) and nesting(tree) <= DEEPEST_NESTING:
        yield tree
    flatten(tree)
    if resolve(tree) and nesting(tree) <= DEEPEST_NESTING:
        yield tree


def is_small(block: n.Block) -> bool:
    """Whether a block is worth writing out wherever it is branched to."""
    return isinstance(block.end, n.Return) and len(block.statements) <= SMALL and not any(
        each.effects & n.CALLS for each in n.expressions(block)
    )  # fmt: skip


class Structuring:
    """Makes the tree of one region; branches to `outside` are exits."""

    def __init__(self, region: n.Region, loops: Container[n.Block]) -> None:
        self.region = region
        self.loops = loops
        self.order: Order = order(region)
        self.bodies = loop_bodies(self.order)
        self.within_loops: dict[n.Block, list[n.Block]] = {block: [] for block in self.order.blocks}
        for header, body in self.bodies.items():
            for block in body:
                self.within_loops[block].append(header)
        self.merges = {block for block in self.order.blocks if self.is_merge(block)}
        self.move_behind_loops()

    def is_merge(self, block: n.Block) -> bool:
        """Whether a block stands behind the code that leads to it: several branches do, or a handler."""
        forward = [each for each in self.order.predecessors[block] if not self.order.goes_back(each, block)]
        if is_small(block) and not any(isinstance(each.end, n.Try) for each in forward):
            return False
        return len(forward) > 1 or any(isinstance(each.end, n.Try) for each in forward)

    def move_behind_loops(self) -> None:
        """What only a loop leads to, without being part of it, follows it instead of standing in it."""
        children = self.order.children
        for block in self.order.blocks:
            for child in tuple(children[block]):
                header = self.outermost_left(block, child)
                if header is not None and (child in self.merges or not is_small(child)):
                    children[block].remove(child)
                    children[header].append(child)
                    self.merges.add(child)

    def outermost_left(self, source: n.Block, target: n.Block) -> n.Block | None:
        """The header of the outermost loop that has one block and not the other."""
        headers = [header for header in self.within_loops[source] if target not in self.bodies[header]]
        return min(headers, key=self.order.position.__getitem__, default=None)

    def run(self) -> Tree:
        return [] if self.region.entry is None else self.tree(self.region.entry)

    def tree(self, block: n.Block) -> Tree:
        """The code of a block and of all that it dominates."""
        merges = [each for each in self.order.children.get(block, ()) if each in self.merges]
        merges.sort(key=self.order.position.__getitem__)
        body = self.bodies.get(block)
        if body is None:
            return self.followed(self.leaf(block), merges)
        loop = Loop(block, self.followed(self.leaf(block), [each for each in merges if each in body]))
        return self.followed([loop], [each for each in merges if each not in body])

    def followed(self, tree: Tree, merges: Sequence[n.Block]) -> Tree:
        """Code, then the blocks that follow it, each behind the code that may exit to it."""
        for label in merges:
            tree = [Once(label, tree), *self.tree(label)]
        return tree

    def leaf(self, block: n.Block) -> Tree:
        code = Code(block)
        match block.end:
            case n.Jump(target):
                return [code, *self.go(block, target)]
            case n.Branch(condition, then, otherwise):
                return [code, If(block, condition, self.go(block, then), self.go(block, otherwise))]
            case n.Switch(selector, targets):
                arms = list(dict.fromkeys(targets))
                numbers = {target: at for at, target in enumerate(arms)}
                trees = [self.go(block, target) for target in arms]
                return [code, Select(block, selector, tuple(numbers[each] for each in targets), trees)]
            case n.Try(region):
                inner = Structuring(region, self.loops).run()
                return [code, Guarded(block, region, inner, [Exit(each.block, block) for each in region.handlers])]
        code.end = True
        return [code]

    def go(self, source: n.Block, target: n.Block) -> Tree:
        """The code of a branch."""
        if is_small(target) and target.region is not self.region:
            return [Code(target, end=True)]
        outside = target not in self.order.position
        back = target in self.loops if outside else self.order.goes_back(source, target)
        if outside or back or target in self.merges:
            return [Exit(target, source, back)]
        return self.tree(target)


def loop_bodies(order_: Order) -> dict[n.Block, set[n.Block]]:
    """For each start of a loop the blocks from which it is reached again."""
    bodies: dict[n.Block, set[n.Block]] = {}
    for block in order_.blocks:
        back = [each for each in order_.predecessors[block] if order_.goes_back(each, block)]
        if back:
            body = bodies[block] = {block}
            while back:
                each = back.pop()
                if each not in body:
                    body.add(each)
                    back += order_.predecessors[each]
    return bodies


def parts(node: Control) -> list[Tree]:
    """The trees inside a node."""
    match node:
        case If(_, _, then, otherwise):
            return [then, otherwise]
        case Select(_, _, _, arms):
            return arms
        case Several(_, body, arms):
            return [body, *arms]
        case Loop(_, body) | Once(_, body) | Guarded(_, _, body, _):
            return [body]
    return []


def walk(tree: Tree) -> Iterator[Code | Control]:
    """The nodes of a tree, those inside behind the one that they are in."""
    pending = tree[::-1]
    while pending:
        each = pending.pop()
        yield each
        if not isinstance(each, Code):
            for inner in reversed(parts(each)):
                pending += reversed(inner)


# Nesting

CHAIN = 3  # blocks that follow one another, of which it is worth making arms


def nesting(tree: Tree) -> int:
    """How many frames and tries are at most around code."""
    deepest = 0
    pending: list[tuple[Tree, int]] = [(tree, 0)]
    while pending:
        inside, around = pending.pop()
        deepest = max(deepest, around)
        for each in inside:
            if isinstance(each, (If, Select, Loop, Once, Several, Guarded)):
                nests = each.used if isinstance(each, Once) else isinstance(each, (Loop, Several, Guarded))
                pending += [(part, around + nests) for part in parts(each)]
    return deepest


def flatten(tree: Tree) -> None:
    """Make arms of one frame of blocks that follow one another. Exits are to be resolved anew."""
    pending = [tree]
    while pending:
        inside = pending.pop()
        for at, each in enumerate(inside):
            if isinstance(each, Once):
                each.used = False
                links = chain_of(inside, at)
                if len(links) >= CHAIN:
                    inside[at:] = [several(links)]
            if isinstance(each := inside[at], (If, Select, Loop, Once, Several, Guarded)):
                pending += parts(each)
            if at == len(inside) - 1:
                break


def chain_of(tree: Tree, at: int) -> list[tuple[Once, Tree]]:
    """Frames that start with one another, the outermost first, each with the code behind it."""
    links = []
    while at < len(tree) and isinstance(once := tree[at], Once):
        links.append((once, tree[at + 1 :]))
        tree, at = once.body, 0
    return links


def several(links: list[tuple[Once, Tree]]) -> Several:
    """One frame for all."""
    inner = links[::-1]
    return Several(tuple(once.label for once, _ in inner), inner[0][0].body, [behind for _, behind in inner])


# Exits


def resolve(tree: Tree) -> bool:
    """Say of every exit how it is done, unless one leaves too many frames."""
    mark_falls(tree, frozenset())
    while True:
        search = Search()
        search.visit(tree, ())
        if search.too_deep or not search.wanted:
            return not search.too_deep
        for each in search.wanted:
            each.used = True


def mark_falls(tree: Tree, after: frozenset[n.Block]) -> None:
    """Mark the exits that need nothing, given where the code behind the tree gets by itself."""
    for at, each in enumerate(tree):
        behind = after if at == len(tree) - 1 else frozenset[n.Block]()
        match each:
            case Exit(target):
                each.falls = target in behind
            case If(_, _, then, otherwise):
                mark_falls(then, behind)
                mark_falls(otherwise, behind)
            case Select(_, _, _, arms):
                for arm in arms:
                    mark_falls(arm, behind)
            case Loop(header, body):
                each.after = behind
                mark_falls(body, frozenset((header,)))
            case Once(label, body):
                mark_falls(body, frozenset((label,)))
            case Several(_, body, arms):
                each.after = behind
                for part in (body, *arms):
                    mark_falls(part, frozenset())
            case Guarded(_, _, body, exits):
                mark_falls(body, behind)
                for exit_ in exits:
                    exit_.falls = exit_.target in behind


class Search:
    """Finds the way of each exit. `wanted` are the frames that must become loops of Python before all have one."""

    def __init__(self) -> None:
        self.wanted: list[Once] = []
        self.too_deep = False

    def visit(self, tree: Tree, frames: tuple[Frame, ...]) -> None:
        """`frames` are around the tree, innermost first."""
        for each in tree:
            match each:
                case Exit():
                    self.find(each, frames)
                case If(_, _, then, otherwise):
                    self.visit(then, frames)
                    self.visit(otherwise, frames)
                case Select(_, _, _, arms):
                    for arm in arms:
                        self.visit(arm, frames)
                case Loop() | Once() | Several():
                    each.flags.clear()
                    for part in parts(each):
                        self.visit(part, (each, *frames))
                case Guarded(_, _, body, exits):
                    self.visit(body, frames)
                    for exit_ in exits:
                        self.find(exit_, frames)

    def find(self, exit_: Exit, frames: tuple[Frame, ...]) -> None:
        """The innermost frame that leads to the exit's target."""
        if exit_.falls:
            return
        left: list[Frame] = []
        for frame in frames:
            if isinstance(frame, (Loop, Several)):
                left.append(frame)
                if exit_.target in entries(frame) or exit_.target in frame.after:
                    break
            elif frame.label is exit_.target:
                left.append(frame)
                if not frame.used:
                    self.wanted.append(frame)
                break
            elif frame.used:
                left.append(frame)
        else:
            raise Crash("a branch leads nowhere", f"from {exit_.source} to {exit_.target}")
        if len(left) > DEEPEST_NESTING:
            self.too_deep = True
            return
        last = left[-1]
        exit_.way = Way(tuple(left), exit_.target in entries(last))
        for at, inner in enumerate(left[:-1]):
            inner.flags[exit_.target] = Way(tuple(left[at + 1 :]), exit_.way.again)


def entries(frame: Frame) -> tuple[n.Block, ...]:
    """The blocks where a frame goes on when it is continued."""
    match frame:
        case Loop(header):
            return (header,)
        case Several(labels):
            return labels
    return ()
