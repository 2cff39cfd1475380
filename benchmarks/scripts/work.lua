-- Recursion, arrays, strings, tables, floats: some seconds of work for a compiled guest, but no more.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print("fib", fib(20))
local sieve = {}
for i = 2, 8000 do sieve[i] = true end
for i = 2, 89 do if sieve[i] then for j = i * i, 8000, i do sieve[j] = false end end end
local n = 0 for i = 2, 8000 do if sieve[i] then n = n + 1 end end
print("primes", n)
local words = {}
for i = 1, 1500 do words[i] = string.format("%x-%s", i * 7919 % 1009, ("ab"):rep(i % 4):upper()) end
table.sort(words)
print("sorted", words[1], words[1500])
local count = {}
for w in table.concat(words, " "):gmatch("%x+") do count[w] = (count[w] or 0) + 1 end
local k = 0 for _, c in pairs(count) do k = k + c end
print("count", k)
local s = 0.0
for i = 1, 30000 do s = s + i % 7 * 0.5 end
print("sum", s)
local m = {}
for i = 1, 12 do m[i] = {} for j = 1, 12 do m[i][j] = i * j + 0.25 end end
local function product(a, b)
  local rows = {}
  for i = 1, 12 do
    rows[i] = {}
    for j = 1, 12 do
      local sum = 0
      for k = 1, 12 do sum = sum + a[i][k] * b[k][j] end
      rows[i][j] = sum
    end
  end
  return rows
end
local power = m
for i = 1, 4 do power = product(power, m) end
print("matrix", power[1][1])
