-- What `wf` learns about a place that decides (an `if` or a `choose`).
--
-- Pure functions, table -> table: no clock, no random but the seed that is
-- given, nothing kept between calls. `learn` folds finished decisions into a
-- state; `order`, `threshold` and `choose` decide from it; `tell` says it in
-- words. A state or a row that cannot be understood counts as unknown, never
-- as an error. A state stays under 4 KB of JSON.
--
-- Old decisions fade, so that a world that changes is learnt again: counts
-- are multiplied by FADE (operands: FADE_OP) with each decision (discounted
-- Thompson sampling: Raj and Kalyani, "Taming non-stationary bandits", 2017).
--
-- state = {
--   v = 1, rows = decisions folded in,
--   b = {{N, n, ok, k, t, q, cost}…}   branches or arms, from 0:
--       N taken ever; faded: n taken, ok succeeded, k with a time; means:
--       t of ln(ms), q of its square, cost
--   c = {{o = {{n, yes, ms}…},         conditions, from 0: operands,
--         t = {{at, samples}…}}…}      thresholds: last used, text
-- }

local FADE, FADE_OP = 0.99, 0.97
local BRANCHES, CONDITIONS, OPERANDS, THRESHOLDS = 32, 8, 40, 8
local SAMPLE_BYTES = 1440  -- of all thresholds of a site together

local floor, log, exp, sqrt, abs = math.floor, math.log, math.exp,
	math.sqrt, math.abs
local min, max, huge = math.min, math.max, math.huge

---------------------------------------------------------------------- numbers
-- Short in JSON: five digits.
local function short(x)
	return tonumber(("%.5g"):format(x))
end

local function number(x, default)
	if type(x) == "number" and x == x and abs(x) < huge then
		return x
	end
	return default
end

local function array(x)
	return type(x) == "table" and x or {}
end

-- Arrays of the state are indexed from 1, everything else from 0.
local function index(x, limit)
	x = math.tointeger(x)
	return x and x >= 0 and x < limit and x + 1 or nil
end

local function entry(list, i, make)
	for k = #list + 1, i do
		list[k] = make()
	end
	return list[i]
end

----------------------------------------------------------------------- chance
-- splitmix64 (Steele, Lea, Flood 2014): every seed is a good one.
local function dice(seed)
	local s = 0
	for c in tostring(seed):gmatch(".") do
		s = s * 31 + c:byte()
	end
	return function()
		s = s + 0x9E3779B97F4A7C15
		local z = s
		z = (z ~ z >> 30) * 0xBF58476D1CE4E5B9
		z = (z ~ z >> 27) * 0x94D049BB133111EB
		return ((z ~ z >> 31) >> 11) * 2.0 ^ -53
	end
end

local function normal(random) -- Box and Muller 1958
	return sqrt(-2 * log(1 - random())) * math.cos(2 * math.pi * random())
end

-- Marsaglia and Tsang 2000, for a >= 1.
local function gamma(random, a)
	local d = a - 1 / 3
	local c = 1 / sqrt(9 * d)
	while true do
		local x = normal(random)
		local v = (1 + c * x) ^ 3
		if v > 0 and log(1 - random()) < x * x / 2 + d - d * v +
			d * log(v) then
			return d * v
		end
	end
end

local function beta(random, a, b)
	local x = gamma(random, a)
	return x / (x + gamma(random, b))
end

----------------------------------------------------------------------- samples
-- A sample of a threshold is six characters of text: three for x (sign and
-- logarithm, to a four-thousandth), two for ln(ms), one for
-- (x >= at) + 2 * (ok).
local LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz" ..
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
local SIZE, HALF, SCALE = 6, 131072, 2340

local function letter(i)
	return LETTERS:sub(i + 1, i + 1)
end

local VALUES = {}
for i = 1, #LETTERS do
	VALUES[LETTERS:byte(i)] = i - 1
end

local function pack(x, above, ok, ms)
	local size = min(max(floor((log(abs(x) + 1e-12) + 27.7) * SCALE), 0),
		HALF - 1)
	local code = x < 0 and HALF - 1 - size or HALF + size
	local t = min(max(floor((log(ms + 1e-3) + 7) * 140), 0), 4095)
	return letter(code >> 12) .. letter(code >> 6 & 63) ..
		letter(code & 63) .. letter(t >> 6) .. letter(t & 63) ..
		letter((above and 1 or 0) + (ok and 2 or 0))
end

setmetatable(VALUES, {__index = function()
	return 0 -- what no hand of ours wrote
end})

local function unpack_at(s, i)
	local a, b, c, d, e, f = s:byte(i, i + 5)
	local v = VALUES
	local code = v[a] << 12 | v[b] << 6 | v[c]
	local size = code < HALF and HALF - 1 - code or code - HALF
	local x = size == 0 and 0 or exp((size + 0.5) / SCALE - 27.7)

	return {x = code < HALF and -x or x, above = v[f] & 1 == 1,
		ok = v[f] & 2 == 2, t = ((v[d] << 6 | v[e]) + 0.5) / 140 - 7,
		u = 0, z = 0, r = 0, w = 1, d = 0} -- see below
end

------------------------------------------------------------------------ learn
local function new_branch()
	return {0, 0, 0, 0, 0, 0, 0}
end

-- `t` and `q` are means over k, the successes: how fast something fails says
-- nothing about how fast it works.
local function learn_branch(b, row)
	local ok = number(row.ok, 0) == 1
	local t = log(max(number(row.ms, 0), 0) + 1e-3)

	b[1] = b[1] + 1
	b[2] = b[2] + 1
	b[7] = short(b[7] + (number(row.cost, 0) - b[7]) / b[2])
	b[2] = short(b[2])
	if not ok then
		return
	end
	b[3] = short(b[3] + 1)
	-- times follow faster than counts: 20 successes at most
	b[4] = short(min(b[4] + 1, 20))
	b[5] = short(b[5] + (t - b[5]) / b[4])
	b[6] = short(b[6] + ((t - b[5]) ^ 2 - b[6]) / b[4])
end

local function fade(state)
	for _, b in ipairs(state.b) do
		for i = 2, 4 do
			b[i] = short(b[i] * FADE)
		end
	end
end

local function learn_operand(o, seen)
	o[1] = short(o[1] + 1)
	o[2] = short(o[2] + (seen.v == true and 1 or 0))
	-- a mean over the newest fifty or so
	o[3] = short(o[3] + (max(number(seen.ms, 0), 0) - o[3]) /
		min(o[1], 50))
end

local function learn_threshold(t, seen, row, room)
	local x, at = number(seen.x), number(seen.at)

	if not at then
		return
	end
	t[1] = at
	if x then
		t[2] = t[2] .. pack(x, x >= at, number(row.ok, 0) == 1,
			max(number(row.ms, 0), 0))
		t[2] = t[2]:sub(-room * SIZE)
	end
end

-- Of all conditions, "o" operands or "t" thresholds.
local function count(state, what)
	local n = 0
	for _, c in ipairs(state.c) do
		n = n + #c[what]
	end
	return n
end

local function learn_condition(state, seen, row)
	local b = index(seen.b, CONDITIONS)
	if not b then
		return
	end
	local c = entry(state.c, b, function()
		return {o = {}, t = {}}
	end)
	for _, o in ipairs(c.o) do
		o[1], o[2] = short(o[1] * FADE_OP), short(o[2] * FADE_OP)
	end
	local room = OPERANDS - count(state, "o") + #c.o
	for _, s in ipairs(array(seen.o)) do
		local i = type(s) == "table" and index(s.i, room)
		if i then
			learn_operand(entry(c.o, i, function()
				return {0, 0, 0}
			end), s)
		end
	end
	-- where nothing was done there is no outcome to learn from
	local places = array(row.branch ~= -1 and seen.t)
	for i, s in ipairs(places) do
		local others = count(state, "t") - #c.t
		if type(s) == "table" and others + i <= THRESHOLDS then
			local t = entry(c.t, i, function()
				return {0, ""}
			end)
			learn_threshold(t, s, row, SAMPLE_BYTES // SIZE //
				max(others + max(#c.t, #places), 1))
		end
	end
end

local function new_state()
	return {v = 1, rows = 0, b = {}, c = {}}
end

local function checked(state)
	if type(state) == "table" and state.v == 1 and
		type(state.b) == "table" and type(state.c) == "table" and
		number(state.rows) then
		return state
	end
end

local function learn(arg)
	local state = checked(arg.state) or new_state()

	for _, row in ipairs(array(arg.rows)) do
		local detail = array(row.detail)
		local i = index(row.branch, BRANCHES)

		state.rows = state.rows + 1
		fade(state)
		if i then
			learn_branch(entry(state.b, i, new_branch), row)
		end
		for _, c in ipairs(array(detail.c)) do
			if type(c) == "table" then
				learn_condition(state, c, row)
			end
		end
	end
	return {state = state}
end

local function condition(arg)
	local state = checked(arg.state)
	local b = index(arg.cond, CONDITIONS)

	return state and b and state.c[b] or {o = {}, t = {}}
end

------------------------------------------------------------------------ order
-- Operands that do not depend on each other cost least in the order of cost
-- divided by the probability of deciding (a false of AND, a true of OR):
-- Garey 1973; Simon and Kadane 1975. Cost and probability are drawn from
-- what is known (Thompson sampling), so that what is hardly known, or known
-- from long ago, is tried now and then, and the less the more it costs.
-- An operand is seen only when those before it did not decide, so operands
-- that depend on each other are judged where they stand.
local function written(n, why)
	local order = {}

	for i = 1, n do
		order[i] = i - 1
	end
	return {order = order, why = why}
end

local function sorted(n, rank)
	local order = written(n).order

	table.sort(order, function(a, b)
		if rank[a + 1] ~= rank[b + 1] then
			return rank[a + 1] < rank[b + 1]
		end
		return a < b
	end)
	return order
end

local function ranks(ops, n, all, random)
	local rank, cheapest = {}, huge

	for i = 1, n do
		if ops[i] and ops[i][1] > 0 then
			cheapest = min(cheapest, ops[i][3])
		end
	end
	for i = 1, n do
		local o = ops[i] or {0, 0, 0}
		local decides = all and o[1] - o[2] or o[2]
		local p = (decides + 1) / (o[1] + 2)
		local ms = max(o[3], 1e-3)

		if o[1] == 0 and o[3] == 0 then -- never seen: soon once
			ms = max(cheapest / 10, 1e-3)
		end
		if random then
			p = beta(random, 1 + decides, 1 + o[1] - decides)
			ms = ms * exp(normal(random) / sqrt(1 + o[1]) / 2)
		end
		rank[i] = ms / max(p, 1e-6)
	end
	return rank
end

local function describe(order, ops, all)
	local parts = {}

	for k = 1, min(#order, 4) do
		local o = ops[order[k] + 1]
		if o and o[1] > 0 then
			local d = all and o[1] - o[2] or o[2]
			parts[k] = ("%d (%.4g ms, decides %.0f %%)"):format(
				order[k] + 1, o[3], 100 * d / o[1])
		else
			parts[k] = ("%d (never tried)"):format(order[k] + 1)
		end
	end
	return table.concat(parts, ", ")
end

local function order(arg)
	local n = min(max(math.tointeger(arg.ops) or 0, 0), 32)
	local ops = condition(arg).o

	if #ops == 0 then
		return written(n, "as written: nothing is known yet")
	end
	local rank = ranks(ops, n, arg.all)
	local best = sorted(n, rank)
	local drawn = sorted(n, ranks(ops, n, arg.all, dice(arg.seed)))
	local explored -- what is about as good is no trial
	for i = 1, n do
		explored = explored or rank[drawn[i] + 1] >
			1.25 * rank[best[i] + 1] or nil
	end
	return {order = drawn, explored = explored, why = (explored and
		"tried on purpose: " or "cheap and decisive first: ") ..
		describe(drawn, ops, arg.all)}
end

-------------------------------------------------------------------- threshold
-- A policy "above t do this, else that" is judged by what was seen on both
-- sides: the advantage of `above` over `below` is estimated at each sample,
-- and the best t is where the sum of the advantages beyond it is largest (an
-- empirical welfare maximiser: Kitagawa and Tetenov, "Who should be treated?",
-- 2018). What the other side would have given is the mean of its samples
-- nearby, drawn to the overall mean where there are few. Success comes
-- first; time counts as far as the size of the number does not explain it.
-- Now and then the samples are weighted at random before (a Bayesian
-- bootstrap: Rubin 1981; for bandits: Eckles and Kaptein 2014), which tries
-- the places that are still in doubt.
local NEAR, SHRINK, HOLD, SHARP = 0.06, 1, 1, 4

-- Places on an even scale: by ratio when the bounds have one sign.
local function scale(lo, hi)
	if lo > 0 then
		return log, exp
	elseif hi < 0 then
		return function(x)
			return -log(-x)
		end, function(u)
			return -exp(-u)
		end
	end
	local same = function(x)
		return x
	end
	return same, same
end

local function read_samples(text, lo, hi, to)
	local keys, at, list = {}, {}, {}

	for i = 1, #text - SIZE + 1, SIZE do
		local s = unpack_at(text, i)
		if s.x >= lo and s.x <= hi then
			s.u = to(s.x)
			while at[s.u] do -- keys that differ sort fastest
				s.u = s.u + 1e-9 * (abs(s.u) + 1e-9)
			end
			at[s.u] = s
			keys[#keys + 1] = s.u
		end
	end
	table.sort(keys)
	for i, u in ipairs(keys) do
		list[i] = at[u]
	end
	return list
end

-- Of a sample: u its place, z what its number does not explain of ln(ms), r
-- its reward, w its weight, d what `above` gains over `below`.
--
-- Rewards: 0 for a failure, 0.5 to 1 for a success by its time, of which a
-- straight line through all successes takes what the number explains.
local function reward(list)
	local n, su, st, suu, sut = 0, 0, 0, 0, 0
	local sides = {}

	for _, s in ipairs(list) do
		sides[s.above] = true
		if s.ok then
			n, su, st = n + 1, su + s.u, st + s.t
			suu, sut = suu + s.u * s.u, sut + s.u * s.t
		end
	end
	local d = n * suu - su * su
	local slope = d > 1e-9 and (n * sut - su * st) / d or 0
	local level = n > 0 and (st - slope * su) / n or 0
	local spread = 0
	for _, s in ipairs(list) do
		s.z = s.t - level - slope * s.u
		spread = spread + (s.ok and s.z * s.z or 0)
	end
	spread = max(sqrt(spread / max(n, 1)), 0.2)
	local timed = sides[true] and sides[false]
	for _, s in ipairs(list) do
		local z = timed and min(max(s.z / spread, -2), 2) or 0
		s.r = s.ok and 0.75 - z / 8 or 0
	end
end

-- For each sample the mean reward of the other side's samples within `near`.
local function advantages(list, near)
	local n, all, weight = #list, 0, 0
	local up, ups, down, downs = 0, 0, 0, 0 -- sums and weights of a side
	local first, last = 1, 0

	for _, s in ipairs(list) do
		all, weight = all + s.w * s.r, weight + s.w
	end
	local mean = SHRINK * all / max(weight, 1e-9)
	for i = 1, n do
		local s = list[i]
		while last < n and list[last + 1].u <= s.u + near do
			last = last + 1
			local o = list[last]
			if o.above then
				up, ups = up + o.w * o.r, ups + o.w
			else
				down, downs = down + o.w * o.r, downs + o.w
			end
		end
		while list[first].u < s.u - near do
			local o = list[first]
			if o.above then
				up, ups = up - o.w * o.r, ups - o.w
			else
				down, downs = down - o.w * o.r, downs - o.w
			end
			first = first + 1
		end
		if s.above then
			s.d = s.w * (s.r - (down + mean) / (downs + SHRINK))
		else
			s.d = s.w * ((up + mean) / (ups + SHRINK) - s.r)
		end
	end
end

-- Where the sum is largest: the mean over all places between two samples,
-- each weighed by its width and by exp(SHARP * sum), which errs less than
-- the single best place. `start` holds a little.
local function best_place(list, lo, hi, start)
	local n, sum, best = #list, 0, -huge
	local places, widths, sums = {}, {}, {}
	local hold, b = HOLD / (hi - lo), hi

	for k = n, 0, -1 do
		local s = list[k]
		local a = s and s.u or lo
		local u = start >= a and start <= b and start or (a + b) / 2
		local j = sum - hold * abs(u - start)
		if j > best then
			best = j
		end
		places[n - k + 1], widths[n - k + 1] = u, b - a + 1e-9
		sums[n - k + 1] = j
		sum, b = sum + (s and s.d or 0), a
	end
	local weight, place = 0, 0
	for k = 1, n + 1 do
		local j = SHARP * (sums[k] - best)
		if j > -30 then
			local w = widths[k] * exp(j)
			weight, place = weight + w, place + w * places[k]
		end
	end
	return place / weight
end

-- What was seen on one side only, as of an `if` without an else, tells
-- nothing of the place between them.
local function both_sides(list)
	local above, below
	for _, s in ipairs(list) do
		above, below = above or s.above, below or not s.above
	end
	return above and below
end

local function threshold(arg)
	local start = number(arg.start, 0)
	local lo, hi = number(arg.lo, start), number(arg.hi, start)
	local t = condition(arg).t[(math.tointeger(arg.index) or 0) + 1]
	if not t or lo >= hi then
		return {at = start, why = "as written: nothing is known yet"}
	end
	local to, from = scale(lo, hi)
	local list = read_samples(t[2], lo, hi, to)
	if not both_sides(list) then
		local random = dice(arg.seed)
		if arg.both and #list >= 4 and random() < 0.1 then
			return {at = short(from(to(lo) + random() *
				(to(hi) - to(lo)))), explored = true,
				why = "tried on purpose: one side has not " ..
				"been seen"}
		end
		return {at = start,
			why = "as written: one side has not been tried"}
	end
	local function place()
		advantages(list, NEAR * (to(hi) - to(lo)))
		return from(best_place(list, to(lo), to(hi), to(start)))
	end
	reward(list)
	local best = place()
	local random = dice(arg.seed)
	if random() >= max(0.1, 12 / (12 + #list)) then
		return {at = short(best), best = short(best),
			why = ("best of what %d decisions showed"):format(
				#list)}
	end
	for _, s in ipairs(list) do
		s.w = -log(1 - random())
	end
	local tried = place()
	return {at = short(tried), best = short(best), explored = true,
		why = ("tried on purpose; %.5g is best so far"):format(best)}
end

----------------------------------------------------------------------- choose
-- Thompson sampling (Thompson 1933): each arm's chance of success is drawn
-- from its Beta(1 + ok, 1 + not ok); the highest draw wins. Among the arms
-- whose success may be the winner's (within two of their own standard errors:
-- the winner's doubt is a reason to try it, not to pass it over) one that is
-- clearly faster takes its place, and among those that are as fast
-- one that is clearly cheaper.
local function arm(b)
	b = b or new_branch()
	local yes, no = b[3] + 1, max(b[2] - b[3], 0) + 1
	local p, n = yes / (yes + no), yes + no

	return {n = b[1], p = p, var = p * (1 - p) / (n + 1), yes = yes,
		no = no, k = b[4], t = b[5], q = b[6], cost = b[7],
		seen = b[2]}
end

local function as_good(a, b)
	return b.p - a.p <= 2 * sqrt(a.var)
end

-- Of logarithms, two standard errors apart. A tenth is added to the variance,
-- so that what was seen long ago is doubted and tried again.
local function faster(a, b)
	if a.k < 0.05 or b.k < 0.05 then
		return false
	end
	return b.t - a.t > 2 * sqrt((a.q + 0.1) / a.k + (b.q + 0.1) / b.k)
end

local function prefer(arms, win, better)
	local pick = win

	for i, a in ipairs(arms) do
		if i ~= win and as_good(a, arms[win]) and
			better(a, arms[pick]) then
			pick = i
		end
	end
	return pick
end

local function cheaper(a, b)
	return a.seen > 0.05 and b.seen > 0.05 and a.cost < b.cost * 0.9
end

-- Draws of success alone may stay with the first arm that works for long,
-- when another would be faster: each is tried once.
local function untried(arms)
	for i, a in ipairs(arms) do
		if a.n == 0 then
			return i
		end
	end
end

local function choose(arg)
	local n = min(max(math.tointeger(arg.arms) or 0, 1), BRANCHES)
	local state = checked(arg.state) or new_state()
	local random = dice(arg.seed)
	local arms, shown, win = {}, {}, 1

	for i = 1, n do
		local a = arm(state.b[i])
		a.draw = beta(random, a.yes, a.no)
		arms[i] = a
		if a.draw > arms[win].draw then
			win = i
		end
		shown[i] = {n = a.n, p = short(a.p), draw = short(a.draw),
			ms = a.k > 0 and short(exp(a.t)) or 0}
	end
	local fast = prefer(arms, win, faster)
	local pick = prefer(arms, fast, function(a, b)
		return not faster(b, a) and cheaper(a, b)
	end)
	local why = "the highest draw of success"
	local new = untried(arms)
	if new then
		pick, why = new, "not tried before"
	elseif pick ~= fast then
		why = "as good and as fast, and cheaper"
	elseif fast ~= win then
		why = "as good, and faster"
	end
	return {arm = pick - 1, arms = shown, why = why}
end

------------------------------------------------------------------------- tell
local function span(ms)
	if ms < 1000 then
		return ("%.3g ms"):format(ms)
	end
	return ("%.3g s"):format(ms / 1000)
end

local function tell(arg)
	local state = checked(arg.state) or new_state()
	local lines = {("learned from %d decision%s"):format(state.rows,
		state.rows == 1 and "" or "s")}
	local function add(...)
		lines[#lines + 1] = string.format(...)
	end

	for i, b in ipairs(state.b) do
		if b[1] > 0 then
			add("branch %d: taken %.0f time%s, succeeds %.0f %%%s",
				i, b[1], b[1] == 1 and "" or "s",
				100 * b[3] / max(b[2], 1e-9),
				b[4] > 0 and ", " .. span(exp(b[5])) or "")
		end
	end
	for i, c in ipairs(state.c) do
		for k, o in ipairs(c.o) do
			if o[3] > 0 or o[1] > 0 then
				add("condition %d, operand %d: costs %s, " ..
					"true %.0f %%", i, k, span(o[3]),
					100 * o[2] / max(o[1], 1e-9))
			end
		end
		for k, t in ipairs(c.t) do
			add("condition %d, threshold %d: last at %.5g, " ..
				"%d decisions known", i, k, t[1],
				#t[2] // SIZE)
		end
	end
	return {lines = lines}
end

return {learn = learn, order = order, threshold = threshold,
	choose = choose, tell = tell}
