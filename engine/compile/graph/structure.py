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

from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph.dominators import Order, order
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
    after: n.Block | None = None  # where the code behind the loop gets by itself
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
    after: n.Block | None = None
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
    yield from resolved(tree)
    flatten(tree)
    yield from resolved(tree)


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
        self.within_loops: dict[n.Block, list[n.Block]] = {}
        for header, body in self.bodies.items():
            for block in body:
                self.within_loops.setdefault(block, []).append(header)
        self.merges = {block for block in self.order.blocks if self.is_merge(block)}
        if self.bodies:
            self.move_behind_loops()

    def is_merge(self, block: n.Block) -> bool:
        """Whether a block stands behind the code that leads to it: several branches do, or a handler."""
        forward = self.order.predecessors[block]
        if len(forward) > 1:
            return not is_small(block) or any(isinstance(each.end, n.Try) for each in forward)
        return bool(forward) and isinstance(forward[0].end, n.Try)

    def move_behind_loops(self) -> None:
        """What only a loop leads to, without being part of it, follows it instead of standing in it."""
        children = self.order.children
        for block in self.order.blocks:
            for child in tuple(children[block]) if block in self.within_loops else ():
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
        if len(merges) > 1:
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
        code, end = Code(block), block.end
        if isinstance(end, n.Jump):
            return [code, *self.go(block, end.target)]
        if isinstance(end, n.Branch):
            return [code, If(block, end.condition, self.go(block, end.then), self.go(block, end.otherwise))]
        if isinstance(end, n.Switch):
            arms = list(dict.fromkeys(end.targets))
            numbers = {target: at for at, target in enumerate(arms)}
            trees = [self.go(block, target) for target in arms]
            return [code, Select(block, end.selector, tuple(numbers[each] for each in end.targets), trees)]
        if isinstance(end, n.Try):
            inner = Structuring(end.region, self.loops).run()
            return [code, Guarded(block, end.region, inner, [Exit(each.block, block) for each in end.region.handlers])]
        code.end = True
        return [code]

    def go(self, source: n.Block, target: n.Block) -> Tree:
        """The code of a branch."""
        if target.region is not self.region and is_small(target):
            return [Code(target, end=True)]
        there = self.order.position.get(target)
        back = target in self.loops if there is None else there <= self.order.position[source]
        if there is None or back or target in self.merges:
            return [Exit(target, source, back)]
        return self.tree(target)


def loop_bodies(order_: Order) -> dict[n.Block, set[n.Block]]:
    """For each start of a loop the blocks from which it is reached again."""
    bodies: dict[n.Block, set[n.Block]] = {}
    for header in order_.blocks if order_.back else ():
        pending = list(order_.back.get(header, ()))
        if pending:
            body = bodies[header] = {header}
            while pending:
                each = pending.pop()
                if each not in body:
                    body.add(each)
                    pending += order_.predecessors[each]
                    pending += order_.back.get(each, ())
    return bodies


def parts(node: Control) -> Sequence[Tree]:
    """The trees inside a node."""
    if isinstance(node, Exit):
        return ()
    if isinstance(node, If):
        return (node.then, node.otherwise)
    if isinstance(node, Select):
        return node.arms
    return (node.body, *node.arms) if isinstance(node, Several) else (node.body,)


def walk(tree: Tree) -> list[Code | Control]:
    """The nodes of a tree, those inside behind the one that they are in."""
    found: list[Code | Control] = []
    pending = tree[::-1]
    while pending:
        each = pending.pop()
        found.append(each)
        if isinstance(each, If):
            pending += each.otherwise[::-1]
            pending += each.then[::-1]
        elif not isinstance(each, (Code, Exit)):
            for inner in reversed(parts(each)):
                pending += inner[::-1]
    return found


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


def resolved(tree: Tree) -> Iterator[Tree]:
    """The tree, where Python nests as deep; of every exit, it is said then how it is done."""
    places = Places()
    places.visit(tree, None, (), 0)
    if places.resolve() and (places.deepest <= DEEPEST_NESTING or nesting(tree) <= DEEPEST_NESTING):
        try:
            yield tree
        finally:
            places.forget()


class Places:
    """Where the exits of a tree stand, and what they come to."""

    def __init__(self) -> None:
        self.exits: list[tuple[Exit, tuple[Frame, ...]]] = []  # those that need something; the innermost frame first
        self.deepest = 0  # as many frames and tries are around code, at most

    def visit(self, tree: Tree, after: n.Block | None, frames: tuple[Frame, ...], tries: int) -> None:
        """Find the exits. Behind the tree, the code gets to `after` by itself; `frames` and `tries` are around it."""
        last = len(tree) - 1
        for at, each in enumerate(tree):
            if isinstance(each, Code):
                continue
            behind = after if at == last else None
            if isinstance(each, Exit):
                self.note(each, behind, frames)
            elif isinstance(each, If):
                self.visit(each.then, behind, frames, tries)
                self.visit(each.otherwise, behind, frames, tries)
            elif isinstance(each, Once):
                self.enter(each, each.label, frames, tries)
            elif isinstance(each, Loop | Several):
                each.after = behind
                self.enter(each, each.header if isinstance(each, Loop) else None, frames, tries)
            elif isinstance(each, Select):
                for arm in each.arms:
                    self.visit(arm, behind, frames, tries)
            else:
                self.visit(each.body, behind, frames, tries + 1)
                for exit_ in each.exits:
                    self.note(exit_, behind, frames)
        self.deepest = max(self.deepest, len(frames) + tries)

    def enter(self, frame: Frame, after: n.Block | None, frames: tuple[Frame, ...], tries: int) -> None:
        """Visit the inside of a frame."""
        frame.flags.clear()
        for part in parts(frame):
            self.visit(part, after, (frame, *frames), tries)

    def note(self, exit_: Exit, behind: n.Block | None, frames: tuple[Frame, ...]) -> None:
        exit_.falls = exit_.target is behind
        if not exit_.falls:
            self.exits.append((exit_, frames))

    def resolve(self) -> bool:
        """Say of every exit how it is done, unless one leaves too many frames."""
        leading = [leads_to(exit_, frames) for exit_, frames in self.exits]
        for (_, frames), at in zip(self.exits, leading, strict=True):
            frame = frames[at]
            if isinstance(frame, Once):
                frame.used = True
        for (exit_, frames), at in zip(self.exits, leading, strict=True):
            left = [each for each in frames[: at + 1] if not isinstance(each, Once) or each.used]
            if len(left) > DEEPEST_NESTING:
                return False
            exit_.way = Way(tuple(left), exit_.target in entries(left[-1]))
            for inner in range(len(left) - 1):
                left[inner].flags[exit_.target] = Way(tuple(left[inner + 1 :]), exit_.way.again)
        return True

    def forget(self) -> None:
        """Take apart what refers to itself in a circle, which Python would find only now and then."""
        for exit_, frames in self.exits:
            exit_.way = None
            for each in frames:
                each.flags.clear()
        self.exits.clear()


def leads_to(exit_: Exit, frames: tuple[Frame, ...]) -> int:
    """Which frame is the innermost that leads to an exit's target."""
    target = exit_.target
    for at, frame in enumerate(frames):
        if isinstance(frame, Once):
            if frame.label is target:
                return at
        elif target is frame.after or target in entries(frame):
            return at
    raise Crash("a branch leads nowhere", f"from {exit_.source} to {target}")


def entries(frame: Frame) -> tuple[n.Block, ...]:
    """The blocks where a frame goes on when it is continued."""
    if isinstance(frame, Once):
        return ()
    return (frame.header,) if isinstance(frame, Loop) else frame.labels
