"""Templates of vector instructions: all lanes at once, in one integer.

Carries are kept from the neighbours: what may carry is done without the highest bit of each lane, which is then put
right. Most mention an operand more than once, so they ask for variables and may keep their own in SCRATCH and
OTHER meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from quire.engine.instructions.expressions import (
    AND,
    COMPARE,
    NAN,
    OR,
    PRIMARY,
    PRODUCT,
    SCRATCH,
    SHIFT,
    SUM,
    XOR,
    Value,
    canon,
    infix,
    integer,
    literal,
    number,
    signed,
    strict,
)
from quire.engine.instructions.templates import OTHER, Naming, Template, w32

VECTOR = (1 << 128) - 1
A, B, C = "{0}", "{1}", "{2}"  # the operands in a formula


def formula(text: str, binding: int, high: int = VECTOR, *, truth: bool = False) -> Template:
    """A template whose operands stand in a text, each as a variable or a literal."""

    def make(*operands: Value) -> Value | None:
        if not all(each.simple for each in operands):
            return None
        return Value(text.format(*map(integer, operands)), binding, 0, high, truth)

    return Template(make, naming=Naming.ALWAYS)


def repeated(lane: int, width: int) -> int:
    """The vector with the same bits in each lane."""
    return sum(lane << at for at in range(0, 128, width))


# All bits


def and_(a: Value, b: Value) -> Value:
    return infix(a, "&", b, AND, 0, VECTOR)


def or_(a: Value, b: Value) -> Value:
    return infix(a, "|", b, OR, 0, VECTOR)


def xor(a: Value, b: Value) -> Value:
    return infix(a, "^", b, XOR, 0, VECTOR)


def not_(a: Value) -> Value:
    return infix(a, "^", literal(VECTOR), XOR, 0, VECTOR)


def andnot(a: Value, b: Value) -> Value:
    """The bits of the first that the second has not."""
    return Value(f"{a.at(AND)} & ({b.at(XOR)} ^ {VECTOR:#x})", AND, 0, VECTOR)


def any_true(a: Value) -> Value:
    return Value(f"{a.at(COMPARE + 1)} != 0", COMPARE, 0, 1, truth=True)


bitselect = formula(f"{B} ^ ({A} ^ {B}) & {C}", XOR)


# Bytes


def shuffled(lanes: Sequence[int], a: Value, b: Value) -> Value | None:
    """Where few distances are enough, all bytes that move as far move at once."""
    if not (a.simple and b.simple):
        return None
    moves: dict[tuple[str, int], int] = {}
    for to, from_ in enumerate(lanes):
        source = a if from_ < 16 else b
        key = source.text, to - from_ % 16
        moves[key] = moves.get(key, 0) | 0xFF << 8 * to
    if len(moves) > FEW:
        both = f'({a.text} | {b.text} << 128).to_bytes(256, "little")'
        return Value(f'from_bytes({bytes(lanes)!r}.translate({both}), "little")', PRIMARY, 0, VECTOR)
    return Value(" | ".join(moved(*move, mask) for move, mask in moves.items()), OR, 0, VECTOR)


FEW = 6


def moved(source: str, distance: int, mask: int) -> str:
    """Bytes of a vector, by a number of bytes, to where a mask has bits."""
    if not distance:
        return source if mask == VECTOR else f"{source} & {mask:#x}"
    if distance < 0:
        text = f"{source} >> {-8 * distance}"
        return text if mask == VECTOR >> -8 * distance else f"{text} & {mask:#x}"
    return f"({source} & {mask >> 8 * distance:#x}) << {8 * distance}"


def swizzled(a: Value, b: Value) -> Value:
    """The bytes that the second has are places in the first, with zeros behind it."""
    table, places = (f'{integer(each)}.to_bytes({size}, "little")' for each, size in ((a, 256), (b, 16)))
    return Value(f'from_bytes({places}.translate({table}), "little")', PRIMARY, 0, VECTOR)


def converted(lanes: str, numbers: Iterable[str], target: str) -> Template:
    """A vector whose bytes the function `target` makes of numbers. `lanes` splits the operands into them: c, and d."""
    text = ", ".join(numbers)
    for name, operand in ((OTHER, A), ("d", B)):
        text = text.replace(f"{name}[", f'({name} := {lanes}({operand}.to_bytes(16, "little")))[', 1)
    return formula(f'from_bytes({target}({text}), "little")', PRIMARY)


class IntegerLanes:
    """Of one width."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.ones = repeated(1, width)
        top = repeated(1 << width - 1, width)
        self.one, self.lane, self.high, self.low = hex(self.ones), hex(self.mask), hex(top), hex(VECTOR ^ top)
        self.total = f"({A} & {self.low}) + ({B} & {self.low})"  # but for the highest bits
        self.difference = f"({A} | {self.high}) - ({B} & {self.low})"
        self.flipped = f"({A} ^ {B} ^ {VECTOR:#x}) & {self.high}"
        self.arithmetic()
        self.saturating()
        self.comparisons()
        self.splat, self.bitmask = Template(self.make_splat), Template(self.make_bitmask, naming=Naming.ALWAYS)
        self.extract_lane, self.replace_lane = Template(self.make_extract), Template(self.make_replace)
        self.extract_lane_s = Template(lambda lane, a: signed(self.make_extract(lane, a), 1 << width - 1))
        self.shl, self.shr_u = Template(self.make_shl), Template(self.make_shr_u)
        self.shr_s = Template(self.make_shr_s, naming=Naming.ALWAYS)

    def tops(self, text: str) -> str:
        """1 in the lanes where the highest bit is set."""
        return f"({text} >> {self.width - 1} & {self.one})"

    def arithmetic(self) -> None:
        high, low = self.high, self.low
        self.add = formula(f"{self.total} ^ ({A} ^ {B}) & {high}", XOR)
        self.sub = formula(f"{self.difference} ^ {self.flipped}", XOR)
        count = 128 // self.width
        products = (f"c[{at}] * d[{at}] & {self.lane}" for at in range(count))
        self.mul = converted(f"i{self.width}x{count}_lanes", products, f"i{self.width}x{count}_bytes")
        self.neg = formula(f"{high} - ({A} & {low}) ^ {A} & {high} ^ {high}", XOR)
        self.abs = formula(f"({A} ^ ({SCRATCH} := {self.tops(A)}) * {self.lane}) + {SCRATCH}", SUM)
        self.avgr_u = formula(f"({A} | {B}) - (({A} ^ {B}) >> 1 & {low})", SUM)
        self.all_true = formula(f"(({A} & {low}) + {low} | {A}) & {high} == {high}", COMPARE, 1, truth=True)

    def saturating(self) -> None:
        high, lane = self.high, self.lane
        carried = self.tops(f"({A} & {B} | ({A} | {B}) & {SCRATCH})")
        self.add_sat_u = formula(f"({SCRATCH} := {self.total}) ^ ({A} ^ {B}) & {high} | {carried} * {lane}", OR)
        result = f"({SCRATCH} := {self.difference}) ^ ({OTHER} := {A} ^ {B} ^ {high}) & {high}"
        positive = self.tops(f"({SCRATCH} & {OTHER} | {A} & ({OTHER} ^ {high}))")
        self.sub_sat_u = formula(f"({result}) & {positive} * {lane}", AND)
        extreme = f"{self.tops(A)} + {self.low}"  # the greatest number, or the least
        self.add_sat_s, self.sub_sat_s = (
            formula(f"({SCRATCH} := {result}) ^ ({SCRATCH} ^ {extreme}) & {self.tops(overflow)} * {lane}", XOR)
            for result, overflow in (
                (f"{self.total} ^ ({A} ^ {B}) & {high}", f"(({SCRATCH} ^ {A}) & ({SCRATCH} ^ {B}))"),
                (f"{self.difference} ^ {self.flipped}", f"(({A} ^ {B}) & ({SCRATCH} ^ {A}))"),
            )
        )

    def comparisons(self) -> None:
        """Of 1 in the lanes where a relation holds. Where signs differ, one of them decides."""
        one, lane = self.one, self.lane
        unequal = self.tops(f"((({SCRATCH} := {A} ^ {B}) & {self.low}) + {self.low} | {SCRATCH})")
        self.ne = formula(f"{unequal} * {lane}", PRODUCT)
        self.eq = formula(f"({unequal} ^ {one}) * {lane}", PRODUCT)
        alike = f"{self.difference} & (({SCRATCH} := {A} ^ {B}) ^ {self.high})"
        at_least_u, at_least_s = (self.tops(f"({alike} | {each} & {SCRATCH})") for each in (A, B))
        at_most_u, at_most_s = (each.format(B, A) for each in (at_least_u, at_least_s))
        self.ge_u, self.ge_s, self.le_u, self.le_s = (
            formula(f"{each} * {lane}", PRODUCT) for each in (at_least_u, at_least_s, at_most_u, at_most_s)
        )
        self.lt_u, self.lt_s, self.gt_u, self.gt_s = (
            formula(f"({each} ^ {one}) * {lane}", PRODUCT) for each in (at_least_u, at_least_s, at_most_u, at_most_s)
        )
        self.max_u, self.max_s = (
            formula(f"{B} ^ {each} * {lane} & {SCRATCH}", XOR) for each in (at_least_u, at_least_s)
        )
        self.min_u, self.min_s = (
            formula(f"{A} ^ {each} * {lane} & {SCRATCH}", XOR) for each in (at_least_u, at_least_s)
        )

    # Single lanes

    def make_splat(self, a: Value) -> Value:
        a = number(canon(a, self.mask))
        if a.constant:
            return literal(a.low * self.ones)
        return Value(f"{a.at(PRODUCT)} * {self.ones:#x}", PRODUCT, 0, VECTOR)

    def make_extract(self, lane: int, a: Value) -> Value:
        at = lane * self.width
        text = f"{a.at(SHIFT)} >> {at}" if at else a.at(AND)
        if at + self.width == 128:
            return Value(text, SHIFT, 0, self.mask)
        return Value(f"{text} & {self.mask:#x}", AND, 0, self.mask)

    def make_replace(self, lane: int, a: Value, b: Value) -> Value:
        b, at = number(canon(b, self.mask)), lane * self.width
        put = f"{b.at(SHIFT)} << {at}" if at else b.at(OR + 1)
        return Value(f"{a.at(AND)} & {VECTOR ^ self.mask << at:#x} | {put}", OR, 0, VECTOR)

    def make_bitmask(self, a: Value) -> Value | None:
        """A product brings the bits of up to eight lanes together: no two partial sums meet."""
        if not a.simple:
            return None
        if self.width == 64:
            return Value(f"{a.text} >> 63 & 1 | {a.text} >> 126 & 2", OR, 0, 3)
        count, away = min(128 // self.width, 8), self.width - 1
        factor = sum(1 << away * at for at in range(count))
        ones = self.ones & (1 << count * self.width) - 1
        first = f"({a.text} >> {away} & {ones:#x}) * {factor:#x} >> {(count - 1) * away} & {(1 << count) - 1:#x}"
        if self.width != 8:
            return Value(first, AND, 0, (1 << count) - 1)
        second = f"({a.text} >> {64 + away} & {ones:#x}) * {factor:#x} >> {(count - 1) * away - 8} & 0xff00"
        return Value(f"{first} | {second}", OR, 0, 0xFFFF)

    # Shifts

    def distance(self, b: Value) -> tuple[str, str, int | None]:
        """How far: the text where it is evaluated, that behind it, and the number, if it is known."""
        if b.constant:
            by = b.low % self.width
            return str(by), str(by), by
        text = number(b).text if b.within(0, self.width - 1) else f"{b.at(AND)} & {self.width - 1}"
        return f"({SCRATCH} := {text})", SCRATCH, None

    def kept(self, again: str, by: int | None) -> str:
        """The bits of each lane that are still there after a shift to the right."""
        return hex((self.mask >> by) * self.ones) if by is not None else f"({self.mask:#x} >> {again}) * {self.ones:#x}"

    def make_shl(self, a: Value, b: Value) -> Value:
        first, again, by = self.distance(b)
        if by is None:
            return Value(f"({a.at(AND)} & {self.kept(first, by)}) << {again}", SHIFT, 0, VECTOR)
        return Value(f"({a.at(AND)} & {self.kept(again, by)}) << {again}", SHIFT, 0, VECTOR) if by else a

    def make_shr_u(self, a: Value, b: Value) -> Value:
        first, again, by = self.distance(b)
        return a if by == 0 else Value(f"{a.at(SHIFT)} >> {first} & {self.kept(again, by)}", AND, 0, VECTOR)

    def make_shr_s(self, a: Value, b: Value) -> Value | None:
        if not a.simple:
            return None
        first, again, by = self.distance(b)
        filled = f"({self.mask:#x} ^ {self.mask:#x} >> {again})" if by is None else hex(self.mask ^ self.mask >> by)
        signs = f"({a.text} >> {self.width - 1} & {self.ones:#x}) * {filled}"
        return Value(f"{a.text} >> {first} & {self.kept(again, by)} | {signs}", OR, 0, VECTOR) if by != 0 else a


class Widening:
    """From lanes of one width to those of twice the width."""

    def __init__(self, width: int) -> None:
        self.width = width
        lane, wide = (1 << width) - 1, 2 * width
        self.narrow, self.wide = (f"i{each}x{128 // each}" for each in (width, wide))
        even, top, bias = (hex(repeated(each, wide)) for each in (lane, 1 << wide - 1, (1 << wide - 1) - (1 << width)))
        self.add_pairwise_u = formula(f"({A} & {even}) + ({A} >> {width} & {even})", SUM)
        biased = f"({SCRATCH} := {A} ^ {repeated(1 << width - 1, width):#x})"
        self.add_pairwise_s = formula(f"({biased} & {even}) + ({SCRATCH} >> {width} & {even}) + {bias} ^ {top}", XOR)
        self.signs = f"({{0}} >> {width - 1} & {repeated(1, wide):#x}) * {lane << width:#x}"
        self.multiply_low_u, self.multiply_high_u = (self.products(half, "lanes", "bytes") for half in (0, 1))
        self.multiply_low_s, self.multiply_high_s = (self.products(half, "signed", "signed_bytes") for half in (0, 1))
        self.dot = self.sums_of_products()
        self.low_u, self.high_u = Template(lambda a: self.spread(low(a))), Template(lambda a: self.spread(high(a)))
        self.low_s, self.high_s = Template(lambda a: self.extended(low(a))), Template(lambda a: self.extended(high(a)))

    def products(self, half: int, lanes: str, target: str) -> Template:
        """Those of half of the lanes."""
        count = 64 // self.width
        texts = (f"c[{at}] * d[{at}]" for at in range(half * count, half * count + count))
        return converted(f"{self.narrow}_{lanes}", texts, f"{self.wide}_{target}")

    def sums_of_products(self) -> Template:
        """Of neighbours, which are signed."""
        pairs = (f"c[{at}] * d[{at}] + c[{at + 1}] * d[{at + 1}]" for at in range(0, 128 // self.width, 2))
        mask = (1 << 2 * self.width) - 1
        return converted(f"{self.narrow}_signed", (f"{each} & {mask:#x}" for each in pairs), f"{self.wide}_bytes")

    def spread(self, a: Value) -> Value:
        """64 bits: half of what is left over moves up, again and again, until each lane has its room."""
        text, by = a.text, 32
        while by >= self.width:
            mask = repeated((1 << by) - 1, 2 * by)
            text, by = f"(({SCRATCH} := {text}) | {SCRATCH} << {by}) & {mask:#x}", by // 2
        return Value(text, AND, 0, VECTOR)

    def extended(self, a: Value) -> Value:
        """With the sign of each lane."""
        return Value(f"({SCRATCH} := {self.spread(a).text}) | {self.signs.format(SCRATCH)}", OR, 0, VECTOR)


def low(a: Value) -> Value:
    """The lower half."""
    return infix(a, "&", literal((1 << 64) - 1), AND)


def high(a: Value) -> Value:
    """The upper half."""
    return infix(a, ">>", literal(64), SHIFT)


class FloatLanes:
    """Of one width. The namespace has functions that split a vector's bytes into a tuple of lanes and join them."""

    def __init__(self, width: int) -> None:
        self.width, self.count = width, 128 // width
        self.shape = f"f{width}x{self.count}"
        self.ones, top = repeated(1, width), repeated(1 << width - 1, width)
        self.abs = Template(lambda a: infix(a, "&", literal(VECTOR ^ top), AND, 0, VECTOR))
        self.neg = Template(lambda a: infix(a, "^", literal(top), XOR, 0, VECTOR))
        self.add, self.sub, self.mul = (self.binary(f"{A} {each} {B}") for each in "+-*")
        self.div = self.binary(f"{A} / {C} if {B} else f64_div({A}, {C})")
        self.sqrt = self.unary(f"sqrt({B}) if {A} >= 0.0 else {NAN}")
        self.min, self.max = (self.binary(f"f{width}_{each}({A}, {B})") for each in ("min", "max"))
        self.ceil, self.floor, self.trunc, self.nearest = (
            self.unary(f"f{width}_{each}({A})") for each in ("ceil", "floor", "trunc", "nearest")
        )
        self.eq, self.ne, self.lt, self.gt, self.le, self.ge = (
            formula(self.truths(each), OR) for each in ("==", "!=", "<", ">", "<=", ">=")
        )
        self.pmin = formula(f"{A} ^ ({A} ^ {B}) & ({self.truths('>')})", XOR)
        self.pmax = formula(f"{A} ^ ({A} ^ {B}) & ({self.truths('<')})", XOR)
        self.splat = Template(lambda a: infix(self.bits(a), "*", literal(self.ones), PRODUCT, 0, VECTOR))
        self.extract_lane, self.replace_lane = Template(self.make_extract), Template(self.make_replace)

    def pairs(self) -> list[tuple[str, str, str]]:
        """The lanes of two operands, and those of the second again. They are split where they are mentioned first."""
        first, second = (
            f'({name} := {self.shape}_lanes({each}.to_bytes(16, "little")))' for name, each in (("c", A), ("d", B))
        )
        return [
            (f"{first}[0]", f"{second}[0]", "d[0]"),
            *((f"c[{at}]", f"d[{at}]", f"d[{at}]") for at in range(1, self.count)),
        ]

    def joined(self, lanes: Iterable[str]) -> Template:
        """Of these lanes; a NaN that they make is the canonical one."""
        each = ", ".join(f"{SCRATCH} if ({SCRATCH} := {lane}) == {SCRATCH} else {NAN}" for lane in lanes)
        return formula(f'from_bytes({self.shape}_bytes({each}), "little")', PRIMARY)

    def binary(self, text: str) -> Template:
        return self.joined(text.format(*pair) for pair in self.pairs())

    def unary(self, text: str) -> Template:
        return self.joined(text.format(first, f"c[{at}]") for at, (first, _, _) in enumerate(self.pairs()))

    def truths(self, operator: str) -> str:
        """All ones in the lanes where a relation holds."""
        lane = (1 << self.width) - 1
        return " | ".join(
            f"({lane << at * self.width:#x} if {a} {operator} {b} else 0)" for at, (a, b, _) in enumerate(self.pairs())
        )

    def bits(self, a: Value) -> Value:
        """Those of a float."""
        if self.width == 64:
            return Value(f'from_bytes(f64_bytes({strict(a).text}), "little")')
        text = f'from_bytes(f32_bytes({SCRATCH}), "little") if ({SCRATCH} := {strict(a).text}) == {SCRATCH}'
        return Value(f"({text} else i32_reinterpret_f32({SCRATCH}))")

    def make_extract(self, lane: int, a: Value) -> Value:
        data, at = f'{integer(a)}.to_bytes(16, "little")', lane * self.width // 8
        if self.width == 64:
            return Value(f"uf64({data}, {at})[0]")
        text = f"{SCRATCH} if ({SCRATCH} := uf32({OTHER} := {data}, {at})[0]) == {SCRATCH}"
        return Value(f"({text} else f32_bits_of({OTHER}, {at}))")

    def make_replace(self, lane: int, a: Value, b: Value) -> Value:
        at = lane * self.width
        kept = f"{a.at(AND)} & {VECTOR ^ (1 << self.width) - 1 << at:#x}"
        return Value(f"{kept} | {self.bits(b).text}" + (f" << {at}" if at else ""), OR, 0, VECTOR)


# Conversions: the lanes that there are, and zeros


def lane_texts(count: int, change: Callable[[Value], Value] | None = None) -> list[str]:
    """So many lanes of c, each changed."""
    lanes = [Value(f"{OTHER}[{at}]") for at in range(count)]
    return [lane.text if change is None else change(lane).text for lane in lanes]


def canonical(lane: Value) -> Value:
    """With the canonical NaN for any."""
    return Value(f"{SCRATCH} if ({SCRATCH} := {lane.text}) == {SCRATCH} else {NAN}")


demote = converted("f64x2_lanes", [*lane_texts(2, canonical), "0.0", "0.0"], "f32x4_bytes")
promote = converted("f32x4_lanes", lane_texts(2, canonical), "f64x2_bytes")
convert_s, convert_u = (converted(f"i32x4_{each}", lane_texts(4), "f32x4_bytes") for each in ("signed", "lanes"))
convert_low_s, convert_low_u = (
    converted(f"i32x4_{each}", lane_texts(2), "f64x2_bytes") for each in ("signed", "lanes")
)
trunc_sat_s, trunc_sat_u = (
    converted("f32x4_lanes", lane_texts(4, change), target)
    for change, target in ((w32.trunc_sat_s, "i32x4_signed_bytes"), (w32.trunc_sat_u, "i32x4_bytes"))
)
trunc_sat_zero_s, trunc_sat_zero_u = (
    converted("f64x2_lanes", [*lane_texts(2, change), "0", "0"], target)
    for change, target in ((w32.trunc_sat_s, "i32x4_signed_bytes"), (w32.trunc_sat_u, "i32x4_bytes"))
)

lanes8, lanes16, lanes32, lanes64 = (IntegerLanes(width) for width in (8, 16, 32, 64))
wide8, wide16, wide32 = (Widening(width) for width in (8, 16, 32))
floats32, floats64 = FloatLanes(32), FloatLanes(64)
