/*
 * The attacks on the sandbox. Their order counts: some look for what the one
 * before has left behind. Nothing here runs: that is for the test.
 */
#include "tests/unit/lua_attacks.h"

#include <stddef.h>

#define P100 "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((" \
	"(((((((((((((((((((((((((((((((((((((((((("
#define C100 "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))" \
	"))))))))))))))))))))))))))))))))))))))))))"
#define A(kind, what, chunk, gives) {kind, what, chunk, gives},

const struct attack lua_attacks[] = {
/* --- loops the watchdog must end */
A(FAILS, "an endless loop", "while true do end", "")
A(FAILS, "an endless loop under a pcall",
	"pcall(function() while true do end end) while true do end", "")
A(FAILS, "a pcall in an endless loop",
	"while true do pcall(function() while true do end end) end", "")
A(FAILS, "nested pcalls around a loop", "local function f(n) if n == 0 then "
	"while true do end end pcall(f, n - 1) while true do end end f(50)", "")
A(FAILS, "a repeat loop", "repeat until false", "")
A(FAILS, "a goto loop", "::a:: goto a", "")
A(FAILS, "a numeric for without end", "for i = 1, math.huge do end", "")
A(FAILS, "a for with tiny steps", "for i = 1, 2, 1e-300 do end", "")
A(FAILS, "endless tail calls", "local function f() return f() end f()", "")
A(FAILS, "two functions that call each other in tails",
	"local g local function f() return g() end function g() return f() end "
	"f()", "")
A(FAILS, "a loop in a coroutine",
	"coroutine.wrap(function() while true do end end)()", "")
A(FAILS, "a loop in a resumed coroutine",
	"coroutine.resume(coroutine.create(function() while true do end end)) "
	"while true do end", "")
A(FAILS, "a pcall loop in a coroutine",
	"coroutine.wrap(function() while true do pcall(function() while true do "
	"end end) end end)() while true do end", "")
A(FAILS, "coroutines within coroutines", "local function f(n) if n == 0 then "
	"while true do end end coroutine.wrap(f)(n - 1) end f(20)", "")
A(FAILS, "coroutines that yield for ever",
	"local c = coroutine.wrap(function() while true do coroutine.yield() end "
	"end) while true do c() end", "")
A(FAILS, "a coroutine made before the loop, used in it",
	"local c = coroutine.create(function() while true do "
	"pcall(coroutine.yield) end end) while true do coroutine.resume(c) end",
	"")
A(FAILS, "coroutines made in a loop", "while true do coroutine.wrap(function() "
	"end)() end", "")
A(FAILS, "a loop in __index", "local t = setmetatable({}, {__index = "
	"function() while true do end end}) return t.x", "")
A(FAILS, "a loop in __tostring", "return tostring(setmetatable({}, "
	"{__tostring = function() while true do end end}))", "")
A(FAILS, "a loop in __close", "do local x <close> = setmetatable({}, {__close "
	"= function() while true do end end}) end", "")
A(FAILS, "a loop in __close while an error unwinds", "local x <close> = "
	"setmetatable({}, {__close = function() while true do end end}) "
	"error('x')", "")
A(FAILS, "many __close after a loop", "local function f(n) local x <close> = "
	"setmetatable({}, {__close = function() while true do end end}) if n > 0 "
	"then f(n - 1) end while true do end end f(30)", "")
A(FAILS, "a loop in __close of a closed coroutine", "local c = "
	"coroutine.create(function() local x <close> = setmetatable({}, {__close "
	"= function() while true do end end}) coroutine.yield() end) "
	"coroutine.resume(c) coroutine.close(c)", "")
A(FAILS, "a loop in __eq", "local m = {__eq = function() while true do end end} "
	"return setmetatable({}, m) == setmetatable({}, m)", "")
A(FAILS, "a loop in __lt", "local m = {__lt = function() while true do end end} "
	"return setmetatable({}, m) < setmetatable({}, m)", "")
A(FAILS, "a loop in __len", "return #setmetatable({}, {__len = function() while "
	"true do end end})", "")
A(FAILS, "a loop in __concat", "return setmetatable({}, {__concat = function() "
	"while true do end end}) .. 'x'", "")
A(FAILS, "a loop in __call", "setmetatable({}, {__call = function() while true "
	"do end end})()", "")
A(FAILS, "a loop in __newindex", "setmetatable({}, {__newindex = function() "
	"while true do end end}).x = 1", "")
A(FAILS, "a loop in __pairs", "for k in pairs(setmetatable({}, {__pairs = "
	"function() while true do end end})) do end", "")
A(FAILS, "an iterator without end", "for _ in function() return 1 end do end", "")
A(FAILS, "a loop in a sort's order", "table.sort({3, 2, 1}, function() while "
	"true do end end)", "")
A(FAILS, "a loop in a gsub's function", "('x'):gsub('x', function() while true "
	"do end end)", "")
A(FAILS, "a loop in a gsub's table", "('x'):gsub('x', setmetatable({}, {__index "
	"= function() while true do end end}))", "")
A(FAILS, "errors caught for ever", "while true do pcall(error) end", "")
A(FAILS, "error values caught for ever", "while true do pcall(error, {}) end", "")
A(FAILS, "a loop of selects", "while true do select('#', 1, 2, 3) end", "")
A(FAILS, "a loop of tostring", "while true do tostring({}) end", "")
A(FAILS, "a loop of prints", "while true do print('x') end", "")
A(FAILS, "a loop of finds", "while true do ('abc'):find('b') end", "")
A(FAILS, "a loop of os.time", "while true do os.time() end", "")
A(FAILS, "waiting by the clock", "local t = os.clock() while os.clock() < t + "
	"3600 do end", "")
A(FAILS, "fibonacci of 60", "local function f(n) return n < 2 and n or f(n - 1) "
	"+ f(n - 2) end return f(60)", "")
A(FAILS, "gmatch for ever", "while true do for w in ('a b c'):gmatch('%a') do "
	"end end", "")
A(FAILS, "pairs for ever", "local t = {1, 2, 3} while true do for k in pairs(t) "
	"do end end", "")
A(FAILS, "next for ever", "local t = {1} while true do next(t) end", "")
/* --- C functions that no hook reaches */
A(ENDS, "an empty string repeated without end", "return #(''):rep(1e15)", "")
A(ENDS, "an empty string with an empty separator",
	"return #(''):rep(math.maxinteger, '')", "")
A(FAILS, "a separator repeated", "return #(''):rep(1e15, 'x')", "")
A(FAILS, "a rep over the memory", "return ('x'):rep(1e10)", "")
A(FAILS, "a rep whose size overflows", "return ('xx'):rep(math.maxinteger)", "")
A(FAILS, "reps of reps", "local s = 'x' while true do s = s:rep(10) end", "")
A(FAILS, "a table moved over a huge range", "table.move({}, 1, 1e15, 2)", "")
A(FAILS, "a table moved over all integers",
	"table.move({}, 1, math.maxinteger, 2)", "")
A(FAILS, "moves of holes in a loop", "while true do table.move({}, 1, 1e7, 2) "
	"end", "")
A(FAILS, "a huge __len under insert", "local t = setmetatable({}, {__len = "
	"function() return 1 << 53 end}) while true do table.insert(t, 1, 1) end",
	"")
A(ENDS, "a huge __len under remove", "table.remove(setmetatable({}, {__len = "
	"function() return 1 << 53 end}), 1)", "")
A(ENDS, "a huge __len under sort", "table.sort(setmetatable({}, {__len = "
	"function() return (1 << 31) - 2 end}))", "")
A(ENDS, "a huge __len under unpack", "return (table.unpack(setmetatable({}, "
	"{__len = function() return 1 << 30 end})))", "")
A(FAILS, "concat over a huge range of a C __index", "return "
	"#table.concat(setmetatable({}, {__index = type}), '', 1, 1e9)", "")
A(FAILS, "concat of numbers over all integers", "return table.concat({}, ' ', "
	"1, math.maxinteger)", "")
A(FAILS, "unpack of a hundred million", "return table.unpack({}, 1, 1e8)", "")
A(FAILS, "unpack of all integers",
	"return table.unpack({}, math.mininteger, math.maxinteger)", "")
A(FAILS, "a sort of equal long strings", "local s = ('x'):rep(4e6) local t = {} "
	"for i = 1, 20000 do t[i] = s end while true do table.sort(t) end", "")
A(ENDS, "a sort with a liar", "local t = {} for i = 1, 3000 do t[i] = i end "
	"table.sort(t, function() return true end)", "")
A(ENDS, "a sort by a C function", "local t = {} for i = 1, 50000 do t[i] = i "
	"end table.sort(t, math.max)", "")
A(FAILS, "a sort of mixed kinds", "table.sort({1, 'x', {}})", "")
A(FAILS, "a date with a million fields", "return os.date(('%c'):rep(1e6))", "")
A(FAILS, "a format with a million fields", "return ('%d'):rep(1e6):format()", "")
A(FAILS, "formats of the largest number", "local t = {} for i = 1, 5000 do t[i] "
	"= 1e308 end while true do (('%.99f'):rep(5000)):format("
	"table.unpack(t)) end", "")
A(FAILS, "a format wider than allowed", "return ('%999d'):format(1)", "")
A(FAILS, "reverse in a loop", "local s = ('x'):rep(4e6) while true do "
	"s:reverse() end", "")
A(FAILS, "upper in a loop", "local s = ('x'):rep(4e6) while true do s:upper() "
	"end", "")
A(FAILS, "utf8.len in a loop", "local s = ('x'):rep(4e6) while true do "
	"utf8.len(s) end", "")
A(FAILS, "codepoints of a long string", "return utf8.codepoint(('x'):rep(4e6), "
	"1, -1)", "")
A(FAILS, "bytes of a long string", "return (('x'):rep(4e6)):byte(1, -1)", "")
A(FAILS, "tonumber of long texts", "local s = ('1'):rep(1e6) while true do "
	"tonumber(s) end", "")
A(FAILS, "tonumber with a base", "local s = ('z'):rep(4e6) while true do "
	"tonumber(s, 36) end", "")
A(FAILS, "comparing long strings", "local a, b = ('x'):rep(4e6) .. 'a', "
	"('x'):rep(4e6) .. 'b' while a < b do end", "")
A(FAILS, "joining long strings", "local a = ('x'):rep(4e6) while true do local "
	"b = a .. 'x' end", "")
A(FAILS, "plain find of a bad needle", "local s = ('a'):rep(1e6) while true do "
	"s:find(('a'):rep(5e5) .. 'b', 1, true) end", "")
/* --- patterns */
A(FAILS, "stars over a long text", "return (('a'):rep(30000)):find("
	"'a*a*a*a*b')", "")
A(FAILS, "dots and stars", "return (('a'):rep(30000)):match('.*.*.*.*x')", "")
A(FAILS, "minuses", "return (('a'):rep(30000)):match('.-.-.-.-x')", "")
A(FAILS, "pluses", "return (('a'):rep(30000)):match('a+a+a+a+b')", "")
A(FAILS, "captures of stars", "return (('a'):rep(30000)):match("
	"'(a*)(a*)(a*)b')", "")
A(FAILS, "back references", "return (('a'):rep(20000)):match("
	"'(a*)%1%1%1b')", "")
A(FAILS, "balances", "return (('('):rep(100000)):match('%b()%b()x')", "")
A(FAILS, "balances in a loop", "while true do (('('):rep(10000)):find('%b()') "
	"end", "")
A(FAILS, "frontiers", "return (('a '):rep(20000)):match("
	"'.-%f[%a].-%f[%a].-%f[%a].-z')", "")
A(FAILS, "a set of thousands, star after star",
	"local set = '[' .. ('b'):rep(2000) .. 'a]' return (('a'):rep(30000))"
	":match(set .. '*' .. set .. '*x')", "")
A(FAILS, "a pattern too long", "return ('a'):match(('a'):rep(1e5) .. '*')", "")
A(FAILS, "a pattern too deep", "return (('a'):rep(500)):match(("
	"'a?'):rep(500))", "")
A(FAILS, "too many captures", "return ('a'):match(('()'):rep(40))", "")
A(FAILS, "an open capture", "return ('a'):match('(a')", "")
A(FAILS, "a capture that was not opened", "return ('a'):match('a)')", "")
A(FAILS, "an unfinished set", "return ('a'):match('[a')", "")
A(FAILS, "an unfinished set after ^", "return ('a'):match('[^')", "")
A(FAILS, "an unfinished escape", "return ('a'):match('a%')", "")
A(FAILS, "an unfinished balance", "return ('a'):match('%b')", "")
A(FAILS, "an unfinished balance of one", "return ('a'):match('%bx')", "")
A(FAILS, "a frontier without set", "return ('a'):match('%f')", "")
A(FAILS, "a bad back reference", "return ('a'):match('%1')", "")
A(FAILS, "a zero back reference", "return ('a'):match('(a)%0')", "")
A(FAILS, "a back reference into an open capture", "return ('a'):match("
	"'(a%1)')", "")
A(FAILS, "a bad replacement", "return ('a'):gsub('a', '%2')", "")
A(FAILS, "a replacement that ends in %", "return ('a'):gsub('a', '%')", "")
A(FAILS, "a gsub that grows beyond the memory", "return (('a'):rep(1e6)):gsub("
	"'a', ('b'):rep(1000))", "")
A(FAILS, "a gsub with stars", "return (('a'):rep(20000)):gsub('a*a*a*b', '')", "")
A(FAILS, "a gmatch with stars", "for w in (('a'):rep(20000)):gmatch("
	"'a*a*a*b') do end", "")
A(FAILS, "gsub callbacks within gsub callbacks", "local function f(s) return "
	"(s:gsub('.', f)) end return f('x')", "")
A(FAILS, "a yield across a gsub", "return coroutine.wrap(function() ('x'):gsub("
	"'x', coroutine.yield) end)()", "")
/* --- memory */
A(FAILS, "a table that grows", "local t = {} while true do t[#t + 1] = {} end", "")
A(FAILS, "a string that doubles", "local s = 'x' while true do s = s .. s end", "")
A(FAILS, "a table of strings", "local t = {} for i = 1, 1e9 do t[i] = 'x' .. i "
	"end", "")
A(FAILS, "memory errors caught for ever", "local t = {} while true do "
	"pcall(function() while true do t[#t + 1] = ('x'):rep(1e6) end end) end",
	"")
A(FAILS, "closures without end", "local t = {} while true do t[#t + 1] = "
	"function() return t end end", "")
A(FAILS, "coroutines without end", "local t = {} while true do t[#t + 1] = "
	"coroutine.create(print) end", "")
A(FAILS, "one table with a huge hash", "local t = {} for i = 1, 1e9 do t[i * "
	"1.5] = i end", "")
A(FAILS, "deep recursion", "local function f(n) return 1 + f(n + 1) end "
	"return f(1)", "")
A(FAILS, "deep recursion caught", "local function f() pcall(f) return 1 + f() "
	"end return f()", "")
A(FAILS, "a pcall of pcall of pcall", "local t = {} for i = 1, 300 do t[i] = "
	"pcall end return table.unpack(t)(table.unpack(t)) + nil", "")
A(FAILS, "many values on the stack", "local t = {} for i = 1, 2e5 do t[i] = i "
	"end local function f(...) return f(..., ...) + 1 end return f("
	"table.unpack(t))", "")
A(FAILS, "a result that shares itself", "local t = {} for i = 1, 60 do t = {t, "
	"t} end return t", "")
A(FAILS, "a result that holds itself", "local t = {} t[1] = t return t", "")
A(FAILS, "a result that is too large", "local t = {} for i = 1, 40 do t[i] = "
	"('\\1'):rep(3e5) end return t", "")
A(FAILS, "prints beyond the memory", "local s = ('x'):rep(1e6) while true do "
	"print(s) end", "")
A(FAILS, "concat beyond the memory", "local t = {} for i = 1, 1e5 do t[i] = "
	"('x'):rep(1000) end return table.concat(t)", "")
A(FAILS, "weak tables", "local t = setmetatable({}, {__mode = 'k'}) while true "
	"do t[{}] = ('x'):rep(1e5) end", "")
A(FAILS, "a chunk with too many locals", "return " "1 + nil", "")
/* --- ways out */
A(GIVES, "os.execute is not there", "return tostring(os.execute)", "nil")
A(GIVES, "os.getenv is not there", "return tostring(os.getenv)", "nil")
A(GIVES, "os.exit is not there", "return tostring(os.exit)", "nil")
A(GIVES, "os.remove is not there", "return tostring(os.remove)", "nil")
A(GIVES, "os.setlocale is not there", "return tostring(os.setlocale)", "nil")
A(GIVES, "io is not there", "return tostring(io)", "nil")
A(GIVES, "debug is not there", "return tostring(debug)", "nil")
A(GIVES, "package is not there", "return tostring(package)", "nil")
A(GIVES, "require is not there", "return tostring(require)", "nil")
A(GIVES, "load is not there", "return tostring(load)", "nil")
A(GIVES, "loadfile is not there", "return tostring(loadfile)", "nil")
A(GIVES, "dofile is not there", "return tostring(dofile)", "nil")
A(GIVES, "loadstring is not there", "return tostring(loadstring)", "nil")
A(GIVES, "xpcall is not there", "return tostring(xpcall)", "nil")
A(GIVES, "rawset is not there", "return tostring(rawset)", "nil")
A(GIVES, "collectgarbage is not there", "return tostring(collectgarbage)",
	"nil")
A(GIVES, "warn is not there", "return tostring(warn)", "nil")
A(GIVES, "string.dump is not there", "return tostring(string.dump)", "nil")
A(GIVES, "string.pack is not there", "return tostring(string.pack)", "nil")
A(FAILS, "bytecode", "\x1bLua", "")
A(FAILS, "writing to string", "string.rep = nil", "")
A(FAILS, "a new field of math", "math.x = 1", "")
A(FAILS, "writing to table by insert", "table.insert(string, 1)", "")
A(FAILS, "writing to math by move", "table.move({1}, 1, 1, 1, math)", "")
A(FAILS, "removing from os", "table.remove(os)", "")
A(FAILS, "sorting coroutine", "table.sort(coroutine)", "")
A(GIVES, "the metatable of string is closed",
	"return tostring(getmetatable(string))", "false")
A(FAILS, "a new metatable for math", "setmetatable(math, {})", "")
A(GIVES, "the metatable of strings is closed",
	"return tostring(getmetatable(''))", "false")
A(FAILS, "strings do not lead to a writable table",
	"getmetatable('').__index.rep = nil", "")
A(FAILS, "a field of a string", "('').x = 1", "")
A(FAILS, "a method of all strings", "local m = getmetatable('') m.__index = "
	"print", "")
A(FAILS, "the metatable of the environment", "setmetatable(_ENV, nil)", "")
A(GIVES, "the environment's metatable is closed",
	"return tostring(getmetatable(_ENV))", "false")
A(GIVES, "a global lasts one evaluation", "leak = 1 return _G.leak", "1")
A(GIVES, "and is gone in the next", "return tostring(leak)", "nil")
A(GIVES, "print can be hidden", "print = nil tostring = nil return 1", "1")
A(GIVES, "and is back", "return type(print) .. type(tostring)",
	"functionfunction")
A(GIVES, "pcall can be hidden", "_G.pcall = error return 1", "1")
A(GIVES, "and is back too", "return tostring(pcall(error))", "false")
A(GIVES, "the metatable of numbers is not there",
	"return tostring(getmetatable(1))", "nil")
A(GIVES, "the metatable of functions is not there",
	"return tostring(getmetatable(print))", "nil")
A(FAILS, "a finalizer", "setmetatable({}, {__gc = function() while true do end "
	"end})", "")
A(FAILS, "a finalizer that is false", "setmetatable({}, {__gc = false})", "")
A(ENDS, "a finalizer added after", "local m = {} local t = setmetatable({}, m) "
	"m.__gc = function() while true do end end t = nil for i = 1, 1e5 do "
	"local x = {} end", "")
A(FAILS, "a finalizer by __newindex", "setmetatable(setmetatable({}, {__gc = "
	"1}), {})", "")
A(FAILS, "a protected metatable", "setmetatable(setmetatable({}, {__metatable = "
	"1}), {})", "")
A(FAILS, "a seed from the clock", "math.randomseed()", "")
A(FAILS, "an error that is a table", "error({1, 2})", "")
A(FAILS, "an error with a looping __tostring", "error(setmetatable({}, "
	"{__tostring = function() while true do end end}))", "")
A(FAILS, "an error that is nil", "error(nil)", "")
A(FAILS, "an error of a megabyte", "error(('x'):rep(1e6))", "")
A(FAILS, "a function as result", "return print", "")
A(FAILS, "a coroutine as result", "return coroutine.create(print)", "")
A(FAILS, "NaN inside a result", "return {0 / 0}", "")
A(FAILS, "mixed keys in a result", "return {1, x = 2}", "")
A(FAILS, "syntax", "return return", "")
A(FAILS, "a dead coroutine", "local c = coroutine.wrap(function() end) c() c()",
	"")
A(FAILS, "a coroutine that resumes itself", "local c c = coroutine.wrap("
	"function() c() end) c()", "")
A(FAILS, "a coroutine that closes itself", "coroutine.wrap(function() "
	"coroutine.close(coroutine.running()) end)()", "")
A(FAILS, "a yield of the main chunk", "coroutine.yield()", "")
A(FAILS, "wrap of a number", "coroutine.wrap(1)", "")
A(FAILS, "resume of a table", "coroutine.resume({})", "")
A(FAILS, "two hundred coroutines deep", "local function f(n) return "
	"coroutine.wrap(function() return f(n + 1) end)() end f(1)", "")
A(FAILS, "three hundred parentheses", "return " P100 P100 P100 "1" C100 C100 C100,
	"")
A(GIVES, "null is no key to memory", "return tostring(rawequal(null, null))",
	"true")
{ENDS, NULL, NULL, NULL}
};
