"""Bugs planted in the extension, one at a time: the conformance suite must notice each.

A bug is a function that changes the extension for as long as its test runs. What the suite does not notice, it does not
test.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from quire.engine import instantiate as instantiation
from quire.engine.runtime.memory import OUT_OF_BOUNDS, Memory
from quire.proposal_ops.memory_control import alignment, operations, protection, traps, virtual_memory
from quire.proposal_ops.memory_control.pages import Run
from quire.proposal_ops.memory_control.sectioned_memory import SectionedMemory
from quire.proposal_ops.memory_control.virtual_memory import READ, WRITE, VirtualMemory
from quire.spec_tests.files import Options, run_script

SUITE = sorted((Path(__file__).parents[2] / "spec_tests" / "memory_control").glob("*.wast"))
Patch = pytest.MonkeyPatch
Bug = Callable[[Patch], None]
BUGS: dict[str, Bug] = {}


def bug(plant: Bug) -> Bug:
    BUGS[plant.__name__] = plant
    return plant


def around(patch: Patch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """Replace a method by `change(original, *arguments)`."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *arguments: change(original, *arguments))


# CHECK


@bug
def the_last_page_of_a_range_is_not_checked(patch: Patch) -> None:
    def check(original: Any, self: VirtualMemory, address: int, count: int, need: int) -> Any:
        last = (address + count - 1) // self.page_size * self.page_size
        return original(self, address, max(1, last - address) if last > address else count, need)

    around(patch, VirtualMemory, "check_pages", check)


@bug
def only_the_last_page_of_a_range_is_checked(patch: Patch) -> None:
    around(patch, VirtualMemory, "check_pages", lambda f, self, a, n, need: f(self, a + n - 1, 1, need) if n else None)


@bug
def a_page_too_many_is_checked(patch: Patch) -> None:
    around(patch, VirtualMemory, "check_pages", lambda f, self, a, n, need: f(self, a, n + 1, need) and None)


@bug
def pages_that_may_be_read_may_be_written(patch: Patch) -> None:
    around(patch, VirtualMemory, "check_pages", lambda f, self, a, n, need: f(self, a, n, READ))


@bug
def pages_without_access_may_be_read(patch: Patch) -> None:
    around(
        patch, VirtualMemory, "check_pages", lambda f, self, a, n, need: f(self, a, n, need) if need == WRITE else None
    )


@bug
def what_was_known_of_a_page_outlives_its_state(patch: Patch) -> None:
    def set_state(self: VirtualMemory, run: Run) -> None:
        self.pages.put(run)

    patch.setattr(VirtualMemory, "set_state", set_state)


@bug
def an_empty_access_looks_at_the_page(patch: Patch) -> None:
    around(patch, VirtualMemory, "check_pages", lambda f, self, a, n, need: f(self, a, max(n, 1), need))


@bug
def a_store_writes_up_to_the_page_that_traps(patch: Patch) -> None:
    def store(original: Any, self: VirtualMemory, address: int, data: bytes) -> None:
        border = self.page_size - address % self.page_size
        if border < len(data):
            original(self, address, data[:border])
            original(self, address + border, data[border:])
        else:
            original(self, address, data)

    around(patch, VirtualMemory, "store", store)


@bug
def a_copy_checks_its_destination_first(patch: Patch) -> None:
    def copy(original: Any, self: VirtualMemory, to: int, source: Memory, from_: int, count: int) -> None:
        self.check_write(to, count)
        original(self, to, source, from_, count)

    around(patch, VirtualMemory, "copy", copy)


@bug
def a_fill_asks_only_to_read(patch: Patch) -> None:
    def fill(self: VirtualMemory, address: int, value: int, count: int) -> None:
        self.check_read(address, count)
        self.poke(address, bytes((value,)) * count)

    patch.setattr(VirtualMemory, "fill", fill)


@bug
def a_violation_is_told_as_out_of_bounds(patch: Patch) -> None:
    patch.setattr(traps, "PROTECTION", OUT_OF_BOUNDS)


# Static sections


@bug
def the_pages_without_access_may_be_read(patch: Patch) -> None:
    around(patch, SectionedMemory, "check_read", lambda f, self, a, n: Memory.check_read(self, a, n))


@bug
def the_read_only_section_is_never_sealed(patch: Patch) -> None:
    patch.setattr(SectionedMemory, "end_instantiation", lambda self: None)


@bug
def the_read_only_section_is_sealed_before_its_data(patch: Patch) -> None:
    def begin(original: Any, self: SectionedMemory, *arguments: Any) -> None:
        original(self, *arguments)
        self.sealed = True

    around(patch, SectionedMemory, "__init__", begin)


@bug
def a_failed_instantiation_seals_nothing(patch: Patch) -> None:
    def initialise(original: Any, instance: Any, valid: Any) -> None:
        try:
            original(instance, valid)
        except Exception:
            for memory in instance.memories:
                patch.setattr(memory, "end_instantiation", lambda: None, raising=False)
            raise

    around(patch, instantiation, "_initialise", initialise)


@bug
def the_size_leaves_the_static_pages_out(patch: Patch) -> None:
    patch.setattr(SectionedMemory, "size", property(lambda self: self.length // self.page_size - self.fixed_pages))


@bug
def imports_may_differ_in_their_attributes(patch: Patch) -> None:
    def matches(original: Any, given: Any, expected: Any) -> bool:
        return bool(original(replace(given, attributes=()), replace(expected, attributes=())))

    around(patch, instantiation, "matches_memory", matches)


# The instructions


@bug
def address_and_length_are_rounded_each_by_itself(patch: Patch) -> None:
    def rounded(memory: Memory, address: int, length: int) -> tuple[int, int]:
        size = memory.page_size
        start = address // size * size
        return start, start + -(-length // size) * size

    for module in (operations, virtual_memory):
        patch.setattr(module, "rounded", rounded)


@bug
def discard_rounds_inward(patch: Patch) -> None:
    def rounded(memory: Memory, address: int, length: int) -> tuple[int, int]:
        size = memory.page_size
        start, end = -(-address // size) * size, (address + length) // size * size
        return start, max(start, end)

    patch.setattr(operations, "rounded", rounded)


@bug
def discard_goes_through_protections(patch: Patch) -> None:
    def discard(memory: Memory, address: int, length: int) -> None:
        alignment.check_alignment(memory, address, length)
        memory.check_bounds(address, length)
        if length:
            memory.clear(*alignment.rounded(memory, address, length))

    patch.setattr(operations, "discard", discard)


@bug
def discard_unmaps(patch: Patch) -> None:
    def clear(original: Any, self: VirtualMemory, start: int, end: int) -> None:
        original(self, start, end)
        self.set_state(Run(start // self.page_size, end // self.page_size))

    around(patch, VirtualMemory, "clear", clear)


@bug
def bounds_are_checked_before_the_alignment(patch: Patch) -> None:
    def check(original: Any, memory: Memory, address: int, length: int) -> None:
        memory.check_bounds(address, length)
        original(memory, address, length)

    for module in (operations, virtual_memory):
        around(patch, module, "check_alignment", check)


@bug
def the_profile_is_not_looked_at(patch: Patch) -> None:
    for module in (operations, virtual_memory):
        patch.setattr(module, "check_alignment", lambda memory, address, length: None)


@bug
def a_length_of_zero_is_out_of_bounds_first(patch: Patch) -> None:
    def dynamic(original: Any, self: VirtualMemory, address: int, length: int) -> Any:
        self.check_bounds(address, length)
        return original(self, address, length)

    around(patch, VirtualMemory, "dynamic_range", dynamic)


@bug
def a_length_of_zero_is_fine(patch: Patch) -> None:
    def dynamic(original: Any, self: VirtualMemory, address: int, length: int) -> Any:
        page = address // self.page_size
        return original(self, address, length) if length else (page, page)

    around(patch, VirtualMemory, "dynamic_range", dynamic)


@bug
def static_pages_may_be_mapped(patch: Patch) -> None:
    def dynamic(original: Any, self: VirtualMemory, address: int, length: int) -> Any:
        base, self.write_base = self.write_base, 0
        try:
            return original(self, address, length)
        finally:
            self.write_base = base

    around(patch, VirtualMemory, "dynamic_range", dynamic)


@bug
def map_goes_over_mapped_pages(patch: Patch) -> None:
    patch.setattr(VirtualMemory, "require_unmapped", lambda self, start, end, address, length: None)


@bug
def map_returns_the_address_as_it_was_given(patch: Patch) -> None:
    def map_(original: Any, self: VirtualMemory, address: int, *arguments: Any) -> int:
        original(self, address, *arguments)
        return address

    around(patch, VirtualMemory, "map", map_)


@bug
def unmapped_pages_keep_their_contents(patch: Patch) -> None:
    def unmap(self: VirtualMemory, address: int, length: int, origin: Any) -> None:
        start, end = self.dynamic_range(address, length)
        self.set_state(Run(start, end, None, origin))

    patch.setattr(VirtualMemory, "unmap", unmap)


@bug
def unmap_wants_mapped_pages(patch: Patch) -> None:
    def unmap(original: Any, self: VirtualMemory, address: int, length: int, origin: Any) -> None:
        start, end = self.dynamic_range(address, length)
        self.require_mapped(list(self.pages.within(start, end)), address, length)
        original(self, address, length, origin)

    around(patch, VirtualMemory, "unmap", unmap)


@bug
def protect_passes_over_unmapped_pages(patch: Patch) -> None:
    def protect(self: VirtualMemory, address: int, length: int, protected: int, origin: Any) -> None:
        for run in self.pages.within(*self.dynamic_range(address, length)):
            if run.protection is not None:
                self.set_state(Run(run.start, run.end, protected, origin))

    patch.setattr(VirtualMemory, "protect", protect)


@bug
def protect_stops_at_the_unmapped_page_with_its_work_half_done(patch: Patch) -> None:
    def protect(self: VirtualMemory, address: int, length: int, protected: int, origin: Any) -> None:
        for run in list(self.pages.within(*self.dynamic_range(address, length))):
            self.require_mapped([run], address, length)
            self.set_state(Run(run.start, run.end, protected, origin))

    patch.setattr(VirtualMemory, "protect", protect)


@bug
def no_access_loses_the_contents(patch: Patch) -> None:
    def protect(original: Any, self: VirtualMemory, address: int, length: int, protected: int, origin: Any) -> None:
        original(self, address, length, protected, origin)
        if not protected:
            start, end = self.dynamic_range(address, length)
            self.clear(start * self.page_size, end * self.page_size)

    around(patch, VirtualMemory, "protect", protect)


@bug
def pages_that_a_memory_grows_are_mapped(patch: Patch) -> None:
    def extend(original: Any, self: VirtualMemory, length: int) -> None:
        start = self.length // self.page_size
        original(self, length)
        if self.length // self.page_size > start:
            self.set_state(Run(start, self.length // self.page_size, READ | WRITE, "growth"))

    around(patch, VirtualMemory, "extend", extend)


# Instantiation


@bug
def data_segments_are_writable_by_default(patch: Patch) -> None:
    def prepare(original: Any, self: VirtualMemory, offset: int, count: int, attributes: Any, origin: str) -> None:
        original(self, offset, count, attributes or (("prot", 3),), origin)

    around(patch, VirtualMemory, "prepare_segment", prepare)


@bug
def the_last_of_two_segments_on_a_page_sets_its_protection(patch: Patch) -> None:
    def join(original: Any, self: VirtualMemory, run: Run, protected: int, origin: str) -> None:
        original(self, run, protected, origin)
        for page in range(run.start, run.end):
            if self.is_joinable(page):
                self.set_state(Run(page, page + 1, protected, origin))

    around(patch, VirtualMemory, "join_segment", join)


@bug
def a_segment_writes_to_pages_that_were_read_only_before(patch: Patch) -> None:
    patch.setattr(VirtualMemory, "all_joinable", lambda self, run: True)


@bug
def pages_stay_joinable_for_the_next_instantiation(patch: Patch) -> None:
    patch.setattr(VirtualMemory, "end_instantiation", SectionedMemory.end_instantiation)


@bug
def an_empty_segment_is_never_out_of_bounds(patch: Patch) -> None:
    def initialise(original: Any, self: SectionedMemory, offset: int, data: bytes, *arguments: Any) -> None:
        if data:
            original(self, offset, data, *arguments)

    around(patch, SectionedMemory, "initialise", initialise)


@bug
def segments_of_plain_memories_may_have_a_protection(patch: Patch) -> None:
    patch.setattr(type(protection.SEGMENT_PROTECTION), "check", lambda self, context, memory, value: None)


def noticed() -> bool:
    """Whether a script fails; the rest need not run."""
    return any(run_script(path, Options(enabled=("memory-control",))).failures for path in SUITE)


def test_without_a_bug_the_suite_passes() -> None:
    assert SUITE
    assert not noticed()


@pytest.mark.parametrize("name", BUGS)
def test_the_suite_notices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name](monkeypatch)
    assert noticed()
