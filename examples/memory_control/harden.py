"""Takes away the first pages of a program of C: its memory becomes `(memory ... (noaccess PAGES))`.

    python harden.py IN.wasm OUT.wasm [PAGES]

The program must be linked with its data behind those pages: -Wl,--global-base=65536 for one page. Its memory stays as
large as it was; only what nobody should touch, address 0 above all, is refused.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from quire.engine.binary import decode, encode
from quire.engine.module import Active, MemoryDefinition, Module
from quire.engine.types import Limits, MemoryType
from quire.proposal_ops import instruction_set

FEATURES = instruction_set(["memory-control"])


def without_first_pages(type_: MemoryType, pages: int) -> MemoryType:
    """The limits of a memory count the pages that can be used: those without access come before them."""
    minimum, maximum = type_.limits.minimum, type_.limits.maximum
    limits = Limits(minimum - pages, None if maximum is None else maximum - pages)
    return replace(type_, limits=limits).with_attribute("noaccess", pages)


def addresses(module: Module) -> Iterator[int]:
    """Where data segments begin, in bytes. Raises ValueError for one whose place only the running module knows."""
    for segment in module.data:
        if isinstance(segment.mode, Active):
            first = segment.mode.offset.instructions[0]
            if len(segment.mode.offset) != 2 or not first.row.mnemonic.endswith(".const"):
                raise ValueError("there is data whose address is not a constant")
            yield first.immediates[0]


def harden(module: Module, pages: int) -> Module:
    """Raises ValueError for a module that has data in these pages, or no memory that is as large."""
    if not module.memories or module.memories[0].type.limits.minimum < pages:
        raise ValueError(f"the module has no memory of its own of {pages} pages or more")
    type_ = module.memories[0].type
    if min(addresses(module), default=pages * type_.page_size) < pages * type_.page_size:
        raise ValueError(f"there is data below {pages * type_.page_size:#x}: link with -Wl,--global-base")
    first = MemoryDefinition(without_first_pages(type_, pages))
    kept = tuple(each for each in module.custom_sections if not each.name.startswith(".debug_"))  # offsets change
    return replace(module, memories=(first, *module.memories[1:]), custom_sections=kept)


def main(source: str, target: str, pages: str = "1") -> None:
    """From file to file. Raises OSError, Malformed, ValueError."""
    module = harden(decode(Path(source).read_bytes(), FEATURES), int(pages))
    Path(target).write_bytes(encode(module, FEATURES))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ValueError as reason:
        sys.exit(f"harden.py: {reason}")
