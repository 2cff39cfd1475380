"""Structured control flow as Python: loops, branches, exits, switches, tries."""

from __future__ import annotations

from collections.abc import Callable

from quire.engine.compile.analysis.facts import State
from quire.engine.compile.code.ranges import RangeLoop
from quire.engine.compile.code.source import Line, Lines, Suite
from quire.engine.compile.code.write import CAUGHT, Writer
from quire.engine.compile.graph import nodes as n
from quire.engine.compile.graph import structure as s
from quire.engine.compile.loops.counted import counted

Emitted = tuple[Lines, bool]  # the lines, and whether the code may get behind them
SELECTOR = "k"
EXIT = "x"  # tells of an exit out of several frames where it leads to, and is 0 but on that way
LONG = 1000  # lines
WRITTEN_OUT = ((4, 4), (9, 2))  # how many turns of a loop that has so many lines at most are written out
TICK = (Line("for _ in TICK:"), Suite([Line("break")]), Line("else:"), Suite([Line("stop()")]))


class Emitter:
    """Writes the tree of one function. `fueled` says that iterations use fuel, `ranges` that Python counts loops."""

    def __init__(self, writer: Writer, *, fueled: bool, ranges: bool) -> None:
        self.writer = writer
        self.fueled = fueled
        self.ranges = ranges
        self.exits_far = False

    def body(self, tree: s.Tree) -> Lines:
        """The lines of a whole function."""
        lines, _ = self.tree(tree)
        return [Line(f"{EXIT} = 0"), *lines] if self.exits_far else lines

    def tree(self, tree: s.Tree, state: State | None = None) -> Emitted:
        """The lines of a tree. `state` is what is known before it, if it does not start with a block."""
        lines: Lines = []
        falls, state = True, state or {}
        for each in tree:
            if isinstance(each, s.Code):
                more, state = self.writer.statements(each.block)
                lines += more
                if each.end:
                    lines = returned(lines + self.writer.end(each.block, state))
                    falls = False
            else:
                more, falls = self.control(each, state)
                lines += more
                state = {}
        return lines, falls

    def control(self, node: s.Control, state: State) -> Emitted:
        if isinstance(node, s.Exit):
            return self.exit(node)
        if isinstance(node, s.If):
            return self.branch(node, state)
        if isinstance(node, s.Once):
            return self.once(node, state)
        if isinstance(node, s.Loop):
            return self.loop(node, state)
        if isinstance(node, s.Select):
            return self.select(node, state)
        return self.several(node) if isinstance(node, s.Several) else self.guarded(node)

    def exit(self, exit_: s.Exit) -> Emitted:
        lines: Lines = list(TICK) if exit_.back and self.fueled else []
        if exit_.falls or exit_.way is None:
            return lines, True
        if len(exit_.way.frames) > 1:
            lines.append(Line(f"{EXIT} = {number_of(exit_.target)}"))
        last = exit_.way.frames[-1]
        if exit_.way.again and isinstance(last, s.Several):
            lines.append(Line(f"{picked(last)} = {last.labels.index(exit_.target) + 1}"))
        lines.append(Line(leave(exit_.way)))
        return lines, False

    def branch(self, node: s.If, state: State) -> Emitted:
        condition, contrary, spots = self.writer.condition(node.condition, state)
        then, then_falls = self.tree(node.then, state)
        otherwise, otherwise_falls = self.tree(node.otherwise, state)
        falls = then_falls or otherwise_falls
        if not then and not otherwise:
            return ([Line(condition, spots)] if spots else []), falls
        if not then or (then_falls and not otherwise_falls):
            condition, then, otherwise, then_falls = contrary, otherwise, then, otherwise_falls
        lines: Lines = [Line(f"if {condition}:", spots), Suite(then)]
        if otherwise and then_falls:
            lines += [Line("else:"), Suite(otherwise)]
        else:
            lines += otherwise
        return lines, falls

    def select(self, node: s.Select, state: State) -> Emitted:
        value = self.writer.translator.value(node.selector, state)
        text = self.writer.translator.canonical(node.selector, value)
        spots = self.writer.spots()
        count = len(node.arms)
        if node.targets == tuple(range(count)):
            lines: Lines = [Line(f"{SELECTOR} = {text}", spots)]
        else:
            last = len(node.targets) - 1
            table = f"({', '.join(map(str, node.targets))},)"
            lines = [
                Line(f"{SELECTOR} = {text}", spots),
                Line(f"{SELECTOR} = {table}[{SELECTOR}] if {SELECTOR} < {last} else {node.targets[last]}"),
            ]
        more, falls = choose(SELECTOR, 0, count, lambda arm: self.tree(node.arms[arm]))
        return lines + more, falls

    def loop(self, node: s.Loop, entry: State) -> Emitted:
        found = counted(node) if self.ranges else None
        lines = RangeLoop(self.writer, self.tree, node, found, entry).lines() if found is not None else None
        return self.endless_loop(node) if lines is None else (lines + self.left(node), True)

    def endless_loop(self, node: s.Loop) -> Emitted:
        body, falls = self.tree(node.body)
        if falls and not self.fueled:
            body = body * turns_at_once(body)
        lines: Lines = [Line("while RUN:"), Suite(body, nests=True), Line("else:"), Suite([Line("stop()")])]
        return lines + self.left(node), True

    def once(self, node: s.Once, state: State) -> Emitted:
        body, falls = self.tree(node.body, state)
        if not node.used:
            return body, True
        if falls:
            body.append(Line("break"))
        lines: Lines = [Line("while True:"), Suite(body, nests=True)]
        return lines + self.left(node), True

    def several(self, node: s.Several) -> Emitted:
        trees = [node.body, *node.arms]
        name, arms = picked(node), [self.tree(each) for each in trees]
        for lines, falls in arms:
            if falls:
                lines.append(Line("break"))
        chosen, _ = choose(name, 1, len(arms), lambda at: arms[at])
        body: Lines = [Line(f"if not {name}:"), Suite(arms[0][0]), Line("else:"), Suite(chosen)]
        lines = [Line(f"{name} = 0"), Line("while True:"), Suite(body, nests=True)]
        return lines + self.left(node), True

    def left(self, frame: s.Frame) -> Lines:
        """Behind a frame that exits to further out have left: on their way, or where they end."""
        hops: dict[tuple[str, ...], list[int]] = {}
        for target, way in frame.flags.items():
            arrived = (f"{EXIT} = 0",) if len(way.frames) == 1 else ()
            hops.setdefault((*arrived, leave(way)), []).append(number_of(target))
        if not hops:
            return []
        self.exits_far = True  # or it was to be, in a clause behind one that catches all
        *rest, (last, _) = hops.items()
        chosen: Lines = []
        for hop, targets in rest:
            chosen += [Line(f"if {EXIT} in ({', '.join(map(str, targets))},):"), Suite(list(map(Line, hop)))]
        return [Line(f"if {EXIT}:"), Suite([*chosen, *map(Line, last)])]

    def guarded(self, node: s.Guarded) -> Emitted:
        body, falls = self.tree(node.body)
        handler: Lines = [Line(f"{CAUGHT} = thrown.exception")]
        word, default = "if", Suite([Line("raise")])
        for each, exit_ in zip(node.region.handlers, node.exits, strict=True):
            more, falls_here = self.exit(exit_)
            falls = falls or falls_here
            if each.catch.tag is None:
                default = Suite(more)
                break
            handler += [Line(f"{word} {CAUGHT}.tag is TAG{each.catch.tag}:"), Suite(more)]
            word = "elif"
        handler += [Line("else:"), default] if word == "elif" else default.lines
        lines: Lines = [Line("try:"), Suite(body, nests=True), Line("except Thrown as thrown:")]
        return [*lines, Suite(handler, nests=True)], falls


def turns_at_once(body: Lines) -> int:
    """How many turns of a loop to write out between two looks at whether to go on, which takes as long as a line."""
    length = length_of(body)
    return next((turns for most, turns in WRITTEN_OUT if length <= most), 1)


def length_of(lines: Lines) -> int:
    """How many lines there are, within others too. Loops inside are longer than all that is counted."""
    return sum(length_of(each.lines) + LONG * each.nests if isinstance(each, Suite) else 1 for each in lines)


def returned(lines: Lines) -> Lines:
    """Without the detour of a result by a slot."""
    if len(lines) > 1 and isinstance(lines[-2], Line) and isinstance(lines[-1], Line):
        name, _, value = lines[-2].text.partition(" = ")
        if name[0] == "s" and lines[-1].text == f"return {name}":
            return [*lines[:-2], Line(f"return {value}", lines[-2].spots)]
    return lines


def number_of(target: n.Block) -> int:
    """What tells of an exit to a block: never 0, which the first block has as its number."""
    return target.number + 1


def picked(frame: s.Several) -> str:
    """The variable that says which arm runs; 0 for the body."""
    return f"j{frame.labels[0].number}"


def leave(way: s.Way) -> str:
    """The statement that starts an exit on its way."""
    return "continue" if len(way.frames) == 1 and way.again else "break"


def choose(selector: str, first: int, end: int, arm: Callable[[int], Emitted]) -> Emitted:
    """A binary tree of tests of a selector."""
    if end - first == 1:
        return arm(first)
    middle = (first + end) // 2
    low, low_falls = choose(selector, first, middle, arm)
    high, high_falls = choose(selector, middle, end, arm)
    test = f"{selector} < {middle}" if middle - first > 1 or first else f"not {selector}"
    lines: Lines = [Line(f"if {test}:"), Suite(low)]
    lines += [Line("else:"), Suite(high)]
    return lines, low_falls or high_falls
