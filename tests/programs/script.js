// Calls, closures, exceptions, strings, regular expressions, sorting, typed arrays, generators, promises.
"use strict";
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print("fib", fib(14));

const words = [];
for (let i = 1; i <= 60; i++) words.push((i * 7919 % 1009).toString(16) + "-" + "ab".repeat(i % 4).toUpperCase());
words.sort((a, b) => (a < b) - (a > b));
print("sorted", words[0], words[30], words.join(",").length);
print("matched", words.join(" ").match(/\b(\w+)-(?:AB){2,}/g).length, "2026-11-21".replace(/(\d+)-(\d+)/, "$2/$1"));

function* squares(count) { for (let i = 0; i < count; i++) yield i * i; }
print("numbers", [...squares(6)], 1 / 3, 0.1 + 0.2, 2 ** 53, -7 % 3, 1e21, 5e-324, (255).toString(2), parseInt("z", 36));

class Point { constructor(x, y) { this.x = x; this.y = y; } get length() { return Math.hypot(this.x, this.y); } }
try { null.x; } catch (error) { print("caught", error instanceof TypeError, new Point(3, 4).length); }
try { (function endless() { endless(); })(); } catch (error) { print("caught", error.name, error.message); }
print(JSON.stringify({ point: new Point(1, 2), list: [1, "two", null, { three: 3 }] }), [..."héllo€"].reverse().join(""));

const bytes = new Uint8Array(new Float64Array([Math.PI]).buffer);
print("bytes", bytes, new Map([[1, "one"], [2, "two"]]).get(2), new Set([1, 1, 2]).size);
Promise.resolve(1).then(value => print("later", value)), print("first");
