"""The order and the dominator tree of the blocks of one region. Branches out of the region are no edges.

Algorithm: Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm", 2001. Wasm's control flow is reducible.
"""

from __future__ import annotations

from dataclasses import dataclass

from quire.engine.compile.graph.nodes import Block, Region, successors


@dataclass(eq=False, slots=True)
class Order:
    """The blocks of a region that can be reached, in reverse postorder, and what dominates what.

    `predecessors` lead to a block from before it, `back` to the start of a loop from inside it; none are missing there.
    """

    blocks: list[Block]
    position: dict[Block, int]
    predecessors: dict[Block, list[Block]]
    back: dict[Block, list[Block]]
    children: dict[Block, list[Block]]

    def goes_back(self, source: Block, target: Block) -> bool:
        """Whether a branch leads to the start of a loop that it is in."""
        return target in self.position and self.position[target] <= self.position[source]


def order(region: Region) -> Order:
    """The order of a region's own blocks, those of regions inside it left out."""
    entry = region.entry
    blocks = [] if entry is None else _reverse_postorder(entry, region)
    position = {block: at for at, block in enumerate(blocks)}
    predecessors: dict[Block, list[Block]] = {block: [] for block in blocks}
    back: dict[Block, list[Block]] = {}
    for at, block in enumerate(blocks):
        for successor in successors(block):
            there = position.get(successor)
            if there is None:
                continue
            if there > at:
                predecessors[successor].append(block)
            else:
                back.setdefault(successor, []).append(block)
    return Order(blocks, position, predecessors, back, _dominated(blocks, position, predecessors))


def _reverse_postorder(entry: Block, region: Region) -> list[Block]:
    postorder: list[Block] = []
    seen = {entry}
    pending = [(entry, _own(entry, region))]
    while pending:
        block, rest = pending[-1]
        while rest:
            successor = rest.pop()
            if successor not in seen:
                seen.add(successor)
                pending.append((successor, _own(successor, region)))
                break
        else:
            postorder.append(block)
            pending.pop()
    return postorder[::-1]


def _own(block: Block, region: Region) -> list[Block]:
    """The successors in the region. The last is taken first: then the first comes first in reverse postorder."""
    return [each for each in successors(block) if each.region is region]


def _dominated(
    blocks: list[Block], position: dict[Block, int], predecessors: dict[Block, list[Block]]
) -> dict[Block, list[Block]]:
    """What each block dominates immediately. What leads back to a loop is dominated by its start, and tells nothing."""
    above = [0] * len(blocks)  # the immediate dominator of each, by position
    children: dict[Block, list[Block]] = {block: [] for block in blocks}
    for at in range(1, len(blocks)):
        block = blocks[at]
        first, *others = predecessors[block]
        found = position[first]
        for each in others:
            other = position[each]
            while found != other:
                if found > other:
                    found = above[found]
                else:
                    other = above[other]
        above[at] = found
        children[blocks[found]].append(block)
    return children
