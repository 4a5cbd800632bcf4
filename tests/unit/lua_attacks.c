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
#define TEN(x) x x x x x x x x x x
#define B100 TEN(TEN("{"))
#define E100 TEN(TEN("}"))
#define N100 TEN(TEN("not "))
#define D100 TEN(TEN("do "))
#define F100 TEN(TEN(" end"))
#define L100 TEN(TEN("function() return "))
#define M100 TEN(TEN(" end"))
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
/* --- more constructs that loop */
A(FAILS, "a loop of gotos into nested blocks", "do ::a:: do do goto a end end "
	"end", "")
A(FAILS, "a while over a metamethod", "local t = setmetatable({}, {__index = "
	"function() return true end}) while t.x do end", "")
A(FAILS, "a loop in the function of a for", "for i in function() while true do "
	"end end do end", "")
A(FAILS, "a loop in the closing value of a for", "for i in next, {1}, nil, "
	"setmetatable({}, {__close = function() while true do end end}) do end",
	"")
A(FAILS, "closing values that fail, one after the other", "local function f(n) "
	"local x <close> = setmetatable({}, {__close = function() error('x') "
	"end}) if n > 0 then pcall(f, n - 1) end end while true do f(10) end",
	"")
A(FAILS, "a loop in __unm", "return -setmetatable({}, {__unm = function() while "
	"true do end end})", "")
A(FAILS, "a loop in __add", "return 1 + setmetatable({}, {__add = function() "
	"while true do end end})", "")
A(FAILS, "a loop in __le", "local m = {__le = function() while true do end end} "
	"return setmetatable({}, m) <= setmetatable({}, m)", "")
A(FAILS, "a loop in __name's reader", "return ('%s'):format(setmetatable({}, "
	"{__tostring = function() while true do end end}))", "")
A(FAILS, "a loop in a printed value", "print(setmetatable({}, {__tostring = "
	"function() while true do end end}))", "")
A(FAILS, "a loop behind ipairs", "for i in ipairs(setmetatable({}, {__index = "
	"function() return 1 end})) do end", "")
A(FAILS, "a loop behind assert", "assert(false, setmetatable({}, {__tostring = "
	"function() while true do end end}))", "")
A(FAILS, "a pcall that catches the stop, in a closing value",
	"local function l() while true do end end local x <close> = "
	"setmetatable({}, {__close = function() while true do pcall(l) end end}) "
	"pcall(l)", "")
A(FAILS, "a coroutine that catches the stop and yields", "local c = "
	"coroutine.wrap(function() while true do pcall(function() while true do "
	"end end) coroutine.yield() end end) while true do pcall(c) end", "")
A(FAILS, "a resume that hides the stop", "while true do coroutine.resume("
	"coroutine.create(function() while true do end end)) end", "")
A(FAILS, "a close that hides the stop", "while true do local c = "
	"coroutine.create(function() local x <close> = setmetatable({}, "
	"{__close = function() while true do end end}) coroutine.yield() end) "
	"coroutine.resume(c) pcall(coroutine.close, c) end", "")
A(FAILS, "an iterator made by wrap that never ends", "for i in "
	"coroutine.wrap(function() while true do coroutine.yield(1) end end) do "
	"end", "")
A(FAILS, "coroutines that resume each other in turn", "local a, b a = "
	"coroutine.create(function() while true do coroutine.yield() end end) b "
	"= coroutine.create(function() while true do coroutine.resume(a) "
	"coroutine.yield() end end) while true do coroutine.resume(b) end", "")
A(FAILS, "a loop in a coroutine within a gsub", "('x'):gsub('x', "
	"coroutine.wrap(function() while true do end end))", "")
A(FAILS, "a loop in a coroutine within a sort", "table.sort({1, 2, 3}, "
	"coroutine.wrap(function() while true do end end))", "")
A(FAILS, "a loop in a coroutine within a metamethod", "return setmetatable({}, "
	"{__index = coroutine.wrap(function() while true do end end)}).x", "")
A(FAILS, "sorts within sorts", "local function f() table.sort({3, 2, 1}, f) "
	"return false end f()", "")
A(FAILS, "select over many values for ever", "local t = {} for i = 1, 9e4 do "
	"t[i] = i end while true do select(-1, table.unpack(t)) end", "")
A(FAILS, "unpacks for ever", "local t = {} for i = 1, 2e5 do t[i] = i end while "
	"true do local n = select('#', table.unpack(t)) end", "")
A(FAILS, "packs for ever", "local t = {} for i = 1, 2e5 do t[i] = i end while "
	"true do table.pack(table.unpack(t)) end", "")
A(FAILS, "inserts at the front for ever", "local t = {} for i = 1, 4e5 do t[i] "
	"= i end while true do table.insert(t, 1, 0) end", "")
A(FAILS, "removals from the front for ever", "local t = {} for i = 1, 4e5 do "
	"t[i] = i end while true do table.remove(t, 1) t[#t + 1] = 0 end", "")
A(FAILS, "utf8.codes for ever", "local s = ('é'):rep(1e5) while true do for "
	"p, c in utf8.codes(s) do end end", "")
A(FAILS, "utf8.offset for ever", "local s = ('é'):rep(1e6) while true do "
	"utf8.offset(s, 1e6) end", "")
A(FAILS, "characters for ever", "while true do string.char(('x'):rep(9e4)"
	":byte(1, -1)) end", "")
A(FAILS, "random numbers for ever", "while true do math.random(0) end", "")
A(FAILS, "dates for ever", "while true do os.date('%c') end", "")
A(FAILS, "a hash whose keys collide", "local t = {} for i = 1, 3e4 do t[i * "
	"65535.0 * 2 ^ 20] = i end while true do for k in pairs(t) do end end",
	"")
A(FAILS, "a chain of __index", "local t = {} for i = 1, 1900 do t = "
	"setmetatable({}, {__index = t}) end while true do local x = t.x end",
	"")
/* --- work inside the collector */
A(FAILS, "a chain of ephemerons", "local first = {} local k = first local all = "
	"{} for i = 1, 1e5 do local t = setmetatable({}, {__mode = 'k'}) local n "
	"= {} t[k] = n k = n all[i] = t end while true do local x = {} end", "")
A(FAILS, "a chain of ephemerons, backwards", "local all, keys = {}, {} for i = "
	"1, 6e4 do keys[i] = {} end for i = 6e4 - 1, 1, -1 do local t = "
	"setmetatable({}, {__mode = 'k'}) t[keys[i]] = keys[i + 1] all[#all + 1] "
	"= t end local first = keys[1] keys = nil while true do local x = {} end",
	"")
A(FAILS, "one ephemeron table that holds itself", "local t = setmetatable({}, "
	"{__mode = 'k'}) local k = {} t[k] = k for i = 1, 3e5 do local n = {} "
	"t[k] = n t[n] = {k} k = n end while true do local x = {} end", "")
A(ENDS, "weak values of every kind", "local t = setmetatable({}, {__mode = "
	"'kv'}) for i = 1, 1e5 do t[i] = {} t['x' .. i] = i t[{}] = {} end", "")
A(ENDS, "a mode that changes", "local m = {__mode = 'k'} local t = "
	"setmetatable({}, m) for i = 1, 1e4 do t[{}] = i m.__mode = i % 2 == 0 "
	"and 'v' or 'k' end", "")
A(ENDS, "a mode that is no string", "local t = setmetatable({}, {__mode = {}}) "
	"for i = 1, 1e4 do t[{}] = {} end", "")
A(FAILS, "a finalizer by a table that is a metatable already", "local m = {} m "
	".__gc = function() end setmetatable({}, m)", "")
A(FAILS, "a list of a million links", "local l for i = 1, 1e7 do l = {l} end",
	"")
/* --- depth */
A(FAILS, "a __tostring that calls itself", "local t = setmetatable({}, "
	"{__tostring = function(t) return tostring(t) end}) return tostring(t)",
	"")
A(FAILS, "an __index that calls itself", "local t t = setmetatable({}, {__index "
	"= function(_, k) return t[k] end}) return t.x", "")
A(FAILS, "an __index that is its own table", "local t = {} setmetatable(t, "
	"{__index = t}) t.__index = t local m = {} m.__index = setmetatable(m, m) "
	"return m.x", "")
A(FAILS, "a __newindex that is its own table", "local m = {} m.__newindex = "
	"setmetatable(m, m) m.x = 1", "")
A(FAILS, "a __call of a __call", "local t = {} setmetatable(t, {__call = t}) "
	"t()", "")
A(FAILS, "a __call of a __call that is set later", "local m = {} local t = "
	"setmetatable({}, m) m.__call = t return t()", "")
A(FAILS, "a __call of a __call caught", "local t = {} setmetatable(t, {__call = "
	"t}) while true do pcall(t) end", "")
A(FAILS, "a __call of a __call in a coroutine", "local t = {} setmetatable(t, "
	"{__call = t}) while true do coroutine.wrap(function() pcall(t, 1, 2) "
	"end)() end", "")
A(FAILS, "a __call of a __call as __close", "local t = {} setmetatable(t, "
	"{__call = t}) do local x <close> = setmetatable({}, {__close = t}) end",
	"")
A(FAILS, "a __call of a __call as __lt", "local t = {} setmetatable(t, "
	"{__call = t}) local m = {__lt = t} return setmetatable({}, m) < "
	"setmetatable({}, m)", "")
A(FAILS, "two tables that call each other", "local a, b = {}, {} setmetatable(a, "
	"{__call = b}) setmetatable(b, {__call = a}) a()", "")
A(FAILS, "a __call of a __call on a large stack", "local t = {} setmetatable(t, "
	"{__call = t}) local v = {} for i = 1, 1e5 do v[i] = i end "
	"t(table.unpack(v))", "")
A(FAILS, "a __concat that calls itself", "local t t = setmetatable({}, "
	"{__concat = function(a, b) return a .. b end}) return t .. t", "")
A(FAILS, "an __eq that calls itself", "local m = {} m.__eq = function(a, b) "
	"return a == b end return setmetatable({}, m) == setmetatable({}, m)",
	"")
A(FAILS, "a __close that recurses", "local function f() local x <close> = "
	"setmetatable({}, {__close = f}) end f()", "")
A(FAILS, "pcall of itself for ever", "local function f() return pcall(f) + 1 "
	"end return f()", "")
A(FAILS, "deep recursion in many coroutines", "local function d(n) return n == 0 "
	"and coroutine.yield() or 1 + d(n - 1) end local t = {} for i = 1, 100 "
	"do t[i] = coroutine.create(d) coroutine.resume(t[i], 15e4) end return "
	"#t + nil", "")
A(FAILS, "a result nested too deep", "local t = {} for i = 1, 200 do t = {t} end "
	"return t", "")
A(FAILS, "three hundred tables in each other", "return " B100 B100 B100 E100
	E100 E100, "")
A(FAILS, "three hundred nots", "return " N100 N100 N100 "1 + nil", "")
A(FAILS, "three hundred blocks", D100 D100 D100 F100 F100 F100, "")
A(FAILS, "a hundred functions in each other", "return " L100 "1" M100, "")
/* --- sizes and numbers */
A(FAILS, "an unpack by a C call of a rep", "return pcall(string.rep, 'x', 1 << "
	"40) + 1", "")
A(FAILS, "a precision beyond the format", "return ('%.100f'):format(1)", "")
A(FAILS, "a width of many digits", "return ('%99999999999d'):format(1)", "")
A(FAILS, "an unknown conversion", "return ('%y'):format(1)", "")
A(FAILS, "a pointer of a format", "return ('%5.5p'):format({})", "")
A(FAILS, "a quoted table", "return ('%q'):format({})", "")
A(ENDS, "a quoted long string", "return #('%q'):format(('\0\n\"'):rep(1e6))",
	"")
A(FAILS, "a format short of arguments", "return ('%d%d'):format(1)", "")
A(FAILS, "a format of no integer", "return ('%d'):format(1.5)", "")
A(FAILS, "characters out of range", "return string.char(256)", "")
A(FAILS, "a codepoint out of range", "return utf8.char(1 << 40)", "")
A(FAILS, "codes of bytes that are none", "for p in utf8.codes('\\xff') do end",
	"")
A(FAILS, "an offset out of range", "return utf8.offset('abc', 1, 9)", "")
A(FAILS, "select before the first", "return select(math.mininteger, 1)", "")
A(FAILS, "an insert far out", "table.insert({}, math.maxinteger, 1)", "")
A(FAILS, "an insert of too much", "table.insert({}, 1, 2, 3)", "")
A(FAILS, "a removal far out", "table.remove({1}, math.mininteger)", "")
A(FAILS, "a for without a step", "for i = 1, 10, 0 do end", "")
A(GIVES, "a for up to the last integer", "local n = 0 for i = math.maxinteger - "
	"2, math.maxinteger do n = n + 1 end return n", "3")
A(GIVES, "a for down to the first integer", "local n = 0 for i = "
	"math.mininteger + 2, math.mininteger, -1 do n = n + 1 end return n",
	"3")
A(FAILS, "a division by zero", "return 1 // 0", "")
A(FAILS, "a modulo by zero", "return 1 % 0", "")
A(GIVES, "the smallest integer over minus one", "return math.mininteger // -1 "
	"== math.mininteger and math.mininteger % -1", "0")
A(GIVES, "shifts beyond the word", "return (1 << 64) + (1 >> 64) + (1 << "
	"math.mininteger)", "0")
A(FAILS, "a bit operation of a float", "return 1.5 | 1", "")
A(FAILS, "a key that is no number", "local t = {} t[0 / 0] = 1", "")
A(FAILS, "a key that is nil", "local t = {} t[nil] = 1", "")
A(FAILS, "a random number of an empty range", "return math.random(2, 1)", "")
A(ENDS, "a random number of all integers", "return math.random(math.mininteger, "
	"math.maxinteger)", "")
A(FAILS, "a base out of range", "return tonumber('1', 99)", "")
A(FAILS, "a date far away", "return os.date('%c', math.maxinteger)", "")
A(FAILS, "a date of an unknown conversion", "return os.date('%Ez')", "")
A(FAILS, "a time of a year far away", "return os.time({year = 1 << 60, month = "
	"1, day = 1})", "")
A(FAILS, "a time without a day", "return os.time({year = 2000})", "")
A(GIVES, "sub far out", "return #('abc'):sub(math.mininteger, math.maxinteger)",
	"3")
A(GIVES, "find far out", "return tostring(('abc'):find('b', math.maxinteger))",
	"nil")
A(FAILS, "a number of a million digits", "return ('1'):rep(1e6) + nil", "")
A(FAILS, "an escape out of range", "return '\\u{FFFFFFFFF}'", "")
A(FAILS, "an unfinished long string", "return [==[", "")
A(FAILS, "an unfinished comment", "--[==[", "")
A(FAILS, "a goto to nowhere", "goto nowhere", "")
A(FAILS, "a goto into the scope of a local", "goto a local x ::a:: print(x)",
	"")
A(FAILS, "a break outside", "break", "")
A(FAILS, "an assignment to a constant", "local x <const> = 1 x = 2", "")
A(FAILS, "a variable that cannot be closed", "local x <close> = {}", "")
A(FAILS, "concat of a table", "return table.concat({{}})", "")
A(FAILS, "arithmetic on strings that are none", "return 'a' + 1", "")
A(FAILS, "a comparison of kinds", "return {} < 1", "")
A(FAILS, "a yield across a sort", "coroutine.wrap(function() table.sort({1, 2, "
	"3}, coroutine.yield) end)()", "")
A(GIVES, "a yield across a pcall and a metamethod", "local c = coroutine.wrap("
	"function() return pcall(function() return setmetatable({}, {__index = "
	"function(_, k) return coroutine.yield(k) end}).x end) end) c() return "
	"select(2, c(7))", "7")
A(FAILS, "an error of a huge level", "error('x', math.maxinteger)", "")
A(FAILS, "an error of a negative level", "error('x', math.mininteger)", "")
A(FAILS, "an error within a closing value within an error", "local x <close> = "
	"setmetatable({}, {__close = function() error({}) end}) error('x')", "")
/* --- more ways out */
A(GIVES, "strings give no pack", "return tostring((''):len()) .. "
	"tostring((' ').pack) .. tostring((' ').dump)", "0nilnil")
A(GIVES, "rawget of a library finds nothing", "return tostring(rawget(string, "
	"'rep'))", "nil")
A(GIVES, "next of a library finds nothing", "return tostring(next(string))",
	"nil")
A(GIVES, "pairs of a library finds nothing", "local n = 0 for k in pairs(math) "
	"do n = n + 1 end return n", "0")
A(GIVES, "the length of a library", "return rawlen(table)", "0")
A(FAILS, "a write through the environment's index", "getmetatable(_G).__index"
	".print = nil", "")
A(GIVES, "another environment reaches nothing more", "local e = {} local "
	"function f() local _ENV = e return x end return tostring(f())", "nil")
A(FAILS, "no environment at all", "_ENV = nil print(1)", "")
A(FAILS, "an environment that loops", "_ENV = setmetatable({}, {__index = "
	"function() while true do end end}) return x", "")
A(GIVES, "a library that is replaced", "string = {rep = 1} math = nil return "
	"string.rep", "1")
A(GIVES, "and is back as it was", "return ('a'):rep(2) .. type(math.floor)",
	"aafunction")
A(GIVES, "a global _G that is replaced", "_G = {} return type(print)",
	"function")
A(GIVES, "no upvalue of the host is a metatable", "return tostring("
	"getmetatable(coroutine.create(print)))", "nil")
A(FAILS, "writing to utf8", "utf8.charpattern = nil", "")
A(FAILS, "writing to coroutine", "coroutine.wrap = nil", "")
A(FAILS, "unpacking into os", "table.move({1, 2}, 1, 2, 1, os)", "")
A(GIVES, "null has no metatable", "return tostring(getmetatable(null))", "nil")
A(FAILS, "a field of null", "return null.x", "")
A(FAILS, "bytecode behind a comment", "#!x\n\x1bLuaT", "")
A(FAILS, "a NUL in the chunk's name of a goto", "goto \\0", "")
A(GIVES, "coroutine.running is no way to another state", "local c, main = "
	"coroutine.running() return tostring(main) .. tostring("
	"coroutine.isyieldable())", "truefalse")
A(FAILS, "closing the main coroutine", "coroutine.close((coroutine.running()))",
	"")
A(FAILS, "resuming the main coroutine", "local c = coroutine.running() return "
	"coroutine.wrap(function() return assert(coroutine.resume(c)) end)()",
	"")
{ENDS, NULL, NULL, NULL}
};
