"""The order and the dominator tree of the blocks of one region. Branches out of the region are no edges.

Algorithm: Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm", 2001. Wasm's control flow is reducible.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from quire.engine.compile.nodes import Block, Region, successors


@dataclass(eq=False, slots=True)
class Order:
    """The blocks of a region that can be reached, in reverse postorder, and what dominates what."""

    blocks: list[Block]
    position: dict[Block, int]
    predecessors: dict[Block, list[Block]]
    children: dict[Block, list[Block]] = field(default_factory=dict)

    def goes_back(self, source: Block, target: Block) -> bool:
        """Whether a branch leads to the start of a loop that it is in."""
        return target in self.position and self.position[target] <= self.position[source]


def order(region: Region) -> Order:
    """The order of a region's own blocks, those of regions inside it left out."""
    entry = region.entry
    blocks = [] if entry is None else _reverse_postorder(entry, region)
    position = {block: at for at, block in enumerate(blocks)}
    predecessors: dict[Block, list[Block]] = {block: [] for block in blocks}
    for block in blocks:
        for successor in successors(block):
            if successor in position:
                predecessors[successor].append(block)
    result = Order(blocks, position, predecessors)
    _dominators(result)
    return result


def _reverse_postorder(entry: Block, region: Region) -> list[Block]:
    postorder: list[Block] = []
    seen = {entry}
    pending = [(entry, iter(_own(entry, region)))]
    while pending:
        block, rest = pending[-1]
        for successor in rest:
            if successor not in seen:
                seen.add(successor)
                pending.append((successor, iter(_own(successor, region))))
                break
        else:
            postorder.append(block)
            pending.pop()
    return postorder[::-1]


def _own(block: Block, region: Region) -> list[Block]:
    """The successors in the region, the last first: then the first comes first in reverse postorder."""
    return [each for each in reversed(successors(block)) if each.region is region]


def _dominators(result: Order) -> None:
    blocks, position = result.blocks, result.position
    above = [0] * len(blocks)  # the immediate dominator of each, by position
    known = [False] * len(blocks)
    if blocks:
        known[0] = True
    changed = True
    while changed:
        changed = False
        for at in range(1, len(blocks)):
            found = -1
            for predecessor in reversed(result.predecessors[blocks[at]]):  # from the last on, no way is gone twice
                other = position[predecessor]
                if known[other]:
                    found = other if found < 0 else _meet(above, found, other)
            if not known[at] or above[at] != found:
                above[at], known[at], changed = found, True, True
    result.children = {block: [] for block in blocks}
    for at in range(1, len(blocks)):
        result.children[blocks[above[at]]].append(blocks[at])


def _meet(above: list[int], first: int, second: int) -> int:
    while first != second:
        while first > second:
            first = above[first]
        while second > first:
            second = above[second]
    return first
