"""Types: what is equal to what, what matches what, and the groups of recursive types."""

import gc
import weakref

import pytest

from quire.engine import matching
from quire.engine import types as t
from quire.engine.types import (
    ABSTRACT_HEAP_TYPES,
    ANY,
    ARRAY,
    BOTTOM,
    BOTTOM_HEAP,
    EQ,
    EXN,
    EXTERN,
    FUNC,
    I31,
    NOEXN,
    NOEXTERN,
    NOFUNC,
    NONE,
    STRUCT,
    ArrayType,
    FieldType,
    FunctionType,
    Limits,
    RecursiveType,
    ReferenceType,
    StructType,
    SubType,
)

BELOW = {
    ANY: {ANY, EQ, I31, STRUCT, ARRAY, NONE},
    EQ: {EQ, I31, STRUCT, ARRAY, NONE},
    I31: {I31, NONE},
    STRUCT: {STRUCT, NONE},
    ARRAY: {ARRAY, NONE},
    NONE: {NONE},
    FUNC: {FUNC, NOFUNC},
    NOFUNC: {NOFUNC},
    EXTERN: {EXTERN, NOEXTERN},
    NOEXTERN: {NOEXTERN},
    EXN: {EXN, NOEXN},
    NOEXN: {NOEXN},
}
"""As the specification draws it: what matches each abstract heap type."""


def field(storage, *, mutable=False):
    return FieldType(storage, mutable)


def struct(*fields):
    return StructType(fields)


def ref(heap, *, null=False):
    return ReferenceType(null, heap)


def alone(composite, *supertypes, final=True, types=()):
    """The defined type of a composite in a group of its own, behind the types of a module."""
    return t.define(RecursiveType((SubType(composite, supertypes, final),)), types)[0]


def defined(*groups):
    """The defined types of a module; each group is a list of pairs of composite type and supertypes."""
    types = []
    for group in groups:
        types += t.define(RecursiveType(tuple(SubType(each, above, False) for each, *above in group)), types)
    return types


@pytest.mark.parametrize("sup", ABSTRACT_HEAP_TYPES, ids=str)
def test_abstract_heap_types_match_as_the_hierarchy_has_it(sup):
    assert {sub for sub in ABSTRACT_HEAP_TYPES if matching.matches_heap(sub, sup)} == BELOW[sup]


@pytest.mark.parametrize("heap", ABSTRACT_HEAP_TYPES, ids=str)
def test_top_and_bottom_are_of_the_same_hierarchy(heap):
    assert matching.matches_heap(heap, matching.top_of(heap))
    assert matching.matches_heap(matching.bottom_of(heap), heap)
    assert not [
        each
        for each in ABSTRACT_HEAP_TYPES
        if matching.matches_heap(matching.top_of(heap), each) and each is not matching.top_of(heap)
    ]
    assert matching.matches_heap(BOTTOM_HEAP, heap)
    assert not matching.matches_heap(heap, BOTTOM_HEAP)


@pytest.mark.parametrize(
    ("composite", "above", "bottom"),
    [
        (FunctionType(), [FUNC], NOFUNC),
        (struct(), [STRUCT, EQ, ANY], NONE),
        (ArrayType(field(t.I8)), [ARRAY, EQ, ANY], NONE),
    ],
    ids=["func", "struct", "array"],
)
def test_a_defined_type_stands_between_its_abstract_types(composite, above, bottom):
    type_ = alone(composite)
    assert {each for each in ABSTRACT_HEAP_TYPES if matching.matches_heap(type_, each)} == set(above)
    assert {each for each in ABSTRACT_HEAP_TYPES if matching.matches_heap(each, type_)} == {bottom}
    assert matching.top_of(type_) is above[-1]
    assert matching.bottom_of(type_) is bottom


def test_a_reference_matches_by_heap_type_and_null():
    assert matching.matches_value(ref(I31), ref(EQ))
    assert matching.matches_value(ref(I31), ref(EQ, null=True))
    assert matching.matches_value(ref(I31, null=True), ref(EQ, null=True))
    assert not matching.matches_value(ref(I31, null=True), ref(EQ))
    assert not matching.matches_value(ref(EQ), ref(I31))
    assert not matching.matches_value(ref(I31), t.I32)
    assert not matching.matches_value(t.I32, ref(I31))


def test_a_number_matches_itself_alone():
    assert {(a, b) for a in t.NUMBER_TYPES for b in t.NUMBER_TYPES if matching.matches_value(a, b)} == {
        (a, a) for a in t.NUMBER_TYPES
    }


def test_bottom_matches_all_and_only_bottom_matches_it():
    assert all(matching.matches_value(BOTTOM, each) for each in (*t.NUMBER_TYPES, t.FUNCREF, BOTTOM))
    assert not any(matching.matches_value(each, BOTTOM) for each in (*t.NUMBER_TYPES, t.FUNCREF))


def test_result_types_match_item_by_item():
    assert matching.matches_all((t.I32, ref(NONE)), (t.I32, t.ANYREF))
    assert not matching.matches_all((t.I32,), (t.I32, t.ANYREF))
    assert not matching.matches_all((t.ANYREF,), (ref(NONE),))


def test_functions_are_contravariant_in_parameters_and_covariant_in_results():
    wide, narrow = FunctionType((t.ANYREF,), (ref(I31),)), FunctionType((t.I31REF,), (t.EQREF,))
    assert matching.matches_composite(wide, narrow)
    assert not matching.matches_composite(narrow, wide)
    assert not matching.matches_composite(FunctionType((), (t.I32,)), FunctionType())


def test_structures_may_grow_and_immutable_fields_may_narrow():
    base = struct(field(t.ANYREF))
    assert matching.matches_composite(struct(field(t.ANYREF), field(t.I32)), base)
    assert matching.matches_composite(struct(field(ref(I31))), base)
    assert not matching.matches_composite(base, struct(field(ref(I31))))
    assert not matching.matches_composite(struct(), base)
    assert not matching.matches_composite(struct(field(t.ANYREF, mutable=True)), base)


def test_mutable_and_packed_fields_are_invariant():
    assert matching.matches_field(field(t.ANYREF, mutable=True), field(t.ANYREF, mutable=True))
    assert not matching.matches_field(field(t.I31REF, mutable=True), field(t.ANYREF, mutable=True))
    assert matching.matches_field(field(t.I8), field(t.I8))
    assert not matching.matches_field(field(t.I8), field(t.I16))
    assert not matching.matches_field(field(t.I8), field(t.I32))


def test_composites_of_different_kinds_do_not_match():
    composites = [FunctionType(), struct(), ArrayType(field(t.I32))]
    assert [(a, b) for a in composites for b in composites if matching.matches_composite(a, b)] == [
        (a, a) for a in composites
    ]
    assert not matching.matches_composite(ArrayType(field(t.I32)), ArrayType(field(t.I64)))


@pytest.mark.parametrize(
    ("sub", "sup", "expected"),
    [
        (Limits(1, 2), Limits(1, 2), True),
        (Limits(2, 2), Limits(1, 3), True),
        (Limits(0, 2), Limits(1, 2), False),
        (Limits(1), Limits(1), True),
        (Limits(1, 5), Limits(1), True),
        (Limits(1), Limits(1, 5), False),
        (Limits(1, 6), Limits(1, 5), False),
    ],
    ids=str,
)
def test_limits_match_if_they_are_within(sub, sup, expected):
    assert matching.matches_limits(sub, sup) is expected


def test_equal_types_of_two_modules_are_one_object():
    first = defined([[FunctionType()]], [[struct(field(ref(0)))]])
    second = defined([[struct()]], [[FunctionType()]], [[struct(field(ref(1)))]])
    assert first[0] is second[1]
    assert first[1] is second[2]
    assert first[1] is not second[0]


def test_a_group_is_equal_as_a_whole():
    """Two members of one shape are different types, and a group of one is not a member of a group of two."""
    pair = defined([[struct()], [struct()]])
    again = defined([[FunctionType()]], [[struct()], [struct()]])
    assert pair == again[1:]
    assert pair[0] is not pair[1]
    assert alone(struct(), final=False) not in pair


def test_mutual_recursion_closes_over_the_group():
    even, odd = defined([[struct(field(ref(1, null=True)))], [struct(field(ref(0, null=True)))]])
    assert even.composite.fields[0].storage.heap is odd
    assert odd.composite.fields[0].storage.heap is even
    assert even is not odd


def test_recursion_that_is_unrolled_once_more_is_another_type():
    """Types are equal by their groups, not by their infinite expansions. Spec: valid/conventions#defined-types"""
    one = defined([[struct(field(ref(0)))]])
    two = defined([[struct(field(ref(1)))], [struct(field(ref(0)))]])
    assert one[0] not in two


def test_final_and_supertypes_count_for_equality():
    open_ = alone(struct(), final=False)
    assert open_ is not alone(struct())
    assert alone(struct(), 0, types=[open_]) is not alone(struct())
    assert alone(struct(), 0, types=[open_]).supertype is open_


def test_a_declared_subtype_matches_all_above_it_and_no_other():
    base, middle, low, other = defined([[struct()]], [[struct(), 0]], [[struct(), 1]], [[struct(field(t.I32)), 0]])
    assert [matching.matches_heap(low, each) for each in (base, middle, low, other)] == [True, True, True, False]
    assert not matching.matches_heap(base, low)
    assert matching.matches_value(ref(low), ref(base, null=True))
    assert not matching.matches_heap(other, middle)


def test_an_index_beyond_the_group_is_refused():
    with pytest.raises(IndexError):
        t.define(RecursiveType((SubType(struct(field(ref(1)))),)), [])
    with pytest.raises(IndexError):
        t.close(ref(1), [alone(struct())])


def test_close_reaches_all_parts_of_a_type():
    types = [alone(struct(), final=False), alone(FunctionType())]
    assert t.close(FunctionType((ref(0),), (t.I32, ref(1))), types) == FunctionType(
        (ref(types[0]),), (t.I32, ref(types[1]))
    )
    assert t.close(ArrayType(field(ref(0), mutable=True)), types) == ArrayType(field(ref(types[0]), mutable=True))
    assert t.close(t.TableType(ref(1), Limits(1)), types) == t.TableType(ref(types[1]), Limits(1))
    assert t.close(t.GlobalType(ref(1), True), types) == t.GlobalType(ref(types[1]), True)
    assert t.close(t.TagType(1), types) == t.TagType(types[1])
    assert t.close(t.ExternFunctionType(1), types) == t.ExternFunctionType(types[1])
    assert t.close(t.MemoryType(Limits(1)), types) == t.MemoryType(Limits(1))


def test_what_a_host_makes_is_what_a_module_defines():
    assert t.function_type((t.I32,), (t.I64,)) is alone(FunctionType((t.I32,), (t.I64,)))


def test_a_type_dies_with_the_last_that_uses_it():
    watched = weakref.ref(alone(struct(field(t.F32), field(t.F64), field(t.V128))))
    gc.collect()
    assert watched() is None


def test_difference_takes_null_away_if_the_cast_lets_null_pass():
    assert t.difference(t.ANYREF, t.I31REF) == ref(ANY)
    assert t.difference(t.ANYREF, ref(I31)) == t.ANYREF
    assert t.difference(ref(ANY), ref(I31)) == ref(ANY)


def test_only_references_that_may_be_null_and_numbers_have_a_default():
    assert all(map(t.is_defaultable, (*t.NUMBER_TYPES, t.FUNCREF)))
    assert not t.is_defaultable(ref(FUNC))
