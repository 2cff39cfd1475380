-- Calls, strings, sorting, closures, integers and floats.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print("fib", fib(16))

local words = {}
for i = 1, 300 do words[i] = string.format("%x-%s", i * 7919 % 1009, ("ab"):rep(i % 4):upper()) end
table.sort(words, function(a, b) return a > b end)
print("sorted", words[1], words[150], #table.concat(words, ","))

local counted, text = 0, table.concat(words, " ")
for digits in text:gmatch("%d+") do counted = counted + #digits end
print("strings", counted, (text:gsub("AB", "<%0>")):sub(1, 40), text:reverse():find("BA", 1, true))

local sum, product = 0, 1
for i = 1, 3000 do sum, product = sum + i % 7 * 0.5, product * i ~ (product >> 7) end
print("numbers", sum, product, 1 / 3, 2 ^ 53, 7 // 2, -7 % 3, 1e300 * 1e10, math.tointeger(3.0), 0x7fffffffffffffff + 1)

local set = setmetatable({}, {__index = function(_, key) return key .. "?" end, __len = function() return 42 end})
print("objects", set.absent, #set, select("#", table.unpack({1, nil, 3}, 1, 3)), utf8.char(233, 8364))
