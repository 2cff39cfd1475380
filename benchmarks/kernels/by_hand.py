"""The kernels as one would write them in Python: `range`, lists and bytearrays, the same steps, and no function of C
that does the work of a loop.
"""

from collections.abc import Callable
from math import isqrt

M32 = 0xFFFFFFFF
M64 = 0xFFFFFFFFFFFFFFFF


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def sieve(limit: int) -> int:
    flags = bytearray(b"\1" * limit)
    count = 0
    for n in range(2, limit):
        if flags[n]:
            count += 1
            for multiple in range(n * n, limit, n):
                flags[multiple] = 0
    return count


def matrix(n: int) -> int:
    left = [[float((i * n + j) * 7 % 11) for j in range(n)] for i in range(n)]
    right = [[(i * n + j) % 13 / 4 for j in range(n)] for i in range(n)]
    product = []
    for row in left:
        sums = []
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += row[k] * right[k][j]
            sums.append(total)
        product.append(sums)
    checksum = 0.0
    for row in product:
        for each in row:
            checksum = checksum * 0.5 + each
    return int(checksum * 16)


def _root3(number: int) -> int:
    root = 1 << 40
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


PRIMES = [n for n in range(2, 312) if all(n % d for d in range(2, isqrt(n) + 1))]
ROUNDS = [_root3(prime << 96) & M32 for prime in PRIMES]
START = [isqrt(prime << 64) & M32 for prime in PRIMES[:8]]


def _compress(state: list[int], block: bytearray) -> list[int]:
    w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for i in range(16, 64):
        x, y = w[i - 15], w[i - 2]
        s0 = (x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3
        s1 = (y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10
        w.append(w[i - 16] + w[i - 7] + (s0 & M32) + (s1 & M32) & M32)
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        s1 = (e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)
        t = h + ROUNDS[i] + w[i] + (s1 & M32) + (g ^ e & (f ^ g))
        s0 = (a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)
        x = (s0 & M32) + (a & b | c & (a | b))
        a, b, c, d, e, f, g, h = t + x & M32, a, b, c, d + t & M32, e, f, g
    return [old + new & M32 for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def sha256(length: int) -> int:
    message = bytearray()
    for at in range(length):
        message.append(at * 7 & 255)
    message += b"\x80" + bytes(-(length + 9) % 64) + (8 * length).to_bytes(8, "big")
    state = START
    for at in range(0, len(message), 64):
        state = _compress(state, message[at : at + 64])
    return state[0]


def mix(n: int) -> int:
    state = total = 0
    for _ in range(n):
        state = state + 0x9E3779B97F4A7C15 & M64
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & M64
        z = (z ^ z >> 27) * 0x94D049BB133111EB & M64
        total = (total << 5 & M64 | total >> 59) + (z ^ z >> 31) & M64
    return (total ^ total >> 32) & M32


def histogram(length: int) -> int:
    text = bytearray(length)
    random = 12345
    for at in range(length):
        random = random * 1103515245 + 12345 & M32
        text[at] = random >> 16 & 255
    counters = [0] * 256
    for byte in text:
        counters[byte] += 1
    checksum = 0
    for counter in counters:
        checksum = checksum * 31 + counter & M32
    return checksum


WORD = b"quill"
PARAGRAPH = b"""\
A quire is four sheets of paper, folded once.
Eight leaves, sixteen pages: what a quill can fill
before the ink is dry. Quires are sewn to a book;
no quiver, no quilt, no quill is needed for that.
(Twenty-five sheets, says the mill.)
"""


def _starts_with_word(text: bytes, at: int) -> bool:
    for byte in WORD:
        if text[at] != byte:
            return False
        at += 1
    return True


def scan(paragraphs: int) -> int:
    text = PARAGRAPH * paragraphs
    inside = found = False
    words = lines = 0
    for at, byte in enumerate(text):
        if 97 <= byte | 32 <= 122 or byte == 45:
            if not inside:
                inside = True
                words += 1
                if _starts_with_word(text, at):
                    found = True
        else:
            inside = False
            if byte == 10:
                lines += found
                found = False
    return words * 1000 + lines


def simd(turns: int) -> int:
    length = 16 * turns
    first, second, blended = bytearray(length), bytearray(length), bytearray(length)
    for at in range(length):
        first[at] = at * 5 & 255
        second[at] = (at ^ 0xA5) & 255
    total = 0
    for at in range(length):
        pixel = first[at] + second[at] + 1 >> 1
        if pixel < 16:
            pixel = 16
        blended[at] = pixel
        total += pixel
    return total


def protected(length: int) -> int:
    table = bytes(at * 3 & 255 ^ 0x5A for at in range(256))
    page = bytearray(length)
    byte = total = 0
    for at in range(length):
        page[at] = byte = table[byte + at & 255]
        total = (total << 1 & M32 | total >> 31) + byte & M32
    return total


KERNELS: dict[str, Callable[[int], int]] = {
    each.__name__: each for each in (fib, sieve, matrix, sha256, mix, histogram, scan, simd, protected)
}
