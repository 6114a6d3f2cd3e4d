-- One step of an account, atomically: the same arithmetic as account.py, where each rule says why.
-- KEYS[1] the account; ARGV[1] the step as JSON; ARGV[2], ARGV[3], ARGV[4], ARGV[5]: the limits' requests, tokens,
-- seconds, and 1 where the tokens are fixed. Redis' own clock, since those of a team's machines differ.

local MARGIN, OPEN, WAITER, BELIEVED = 0.1, 40, 2.5, 3600
local FIRST_HOLD, LONGEST_OWN_HOLD, LONGEST_HOLD = 2, 60, 3600
local MANY, FOLD = 300, 0.5

local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local step = cjson.decode(ARGV[1])
local limits = {requests = tonumber(ARGV[2]), tokens = tonumber(ARGV[3]), seconds = tonumber(ARGV[4]), fixed = ARGV[5] == '1'}
local window = limits.seconds + MARGIN

local function span(seconds, amount)
    return {at = now, seconds = seconds, amount = amount or 0}
end

local stored = redis.call('GET', KEYS[1])
local account = stored and cmsgpack.unpack(stored) or {
    uses = {}, waiters = {}, ticket = 0, strikes = 0,
    hold = {at = 0, seconds = 0, amount = 0}, whole = span(0), fair = span(0), limit_requests = span(0), limit_tokens = span(0),
    other_requests = span(0), other_tokens = span(0),
}

local function kept(list, wanted)
    local result = {}
    for _, each in ipairs(list) do
        if wanted(each) then result[#result + 1] = each end
    end
    return result
end

local function ending(one)
    return one.at + one.seconds
end

for _, use in ipairs(account.uses) do
    use.at, use.begun = math.min(use.at, now), math.min(use.begun, now)
end
for _, waiter in ipairs(account.waiters) do waiter.seen = math.min(waiter.seen, now) end
for _, name in ipairs({'hold', 'whole', 'fair', 'limit_requests', 'limit_tokens', 'other_requests', 'other_tokens'}) do
    local one = account[name]
    one.at, one.seconds = math.min(one.at, now), math.min(one.seconds, BELIEVED)
    if ending(one) <= now then one.seconds = 0 end
end
account.uses = kept(account.uses, function(use) return use.at + window + (use.open and OPEN or 0) > now end)
if #account.uses > MANY then
    local folded, slots = {}, {}
    for _, use in ipairs(account.uses) do
        local slot = math.floor(use.at / FOLD)
        local one = not use.open and slots[slot]
        if one then
            one.at, one.begun = math.max(one.at, use.at), math.min(one.begun, use.begun)
            one.used, one.claimed = one.used + use.used, one.claimed + use.claimed
            one.requests = (one.requests or 1) + (use.requests or 1)
        else
            folded[#folded + 1] = use
            if not use.open then slots[slot] = use end
        end
    end
    account.uses = folded
end
account.waiters = kept(account.waiters, function(waiter) return waiter.seen + WAITER > now end)

local function most()
    local requests, tokens = limits.requests, limits.tokens
    if account.limit_requests.seconds > 0 then requests = math.min(requests, account.limit_requests.amount) end
    if account.limit_tokens.seconds > 0 then
        local heard = account.limit_tokens.amount
        tokens = limits.fixed and math.min(tokens, heard) or heard
    end
    return requests, tokens
end

local function cost(use)
    if use.open or account.whole.seconds > 0 then return use.claimed end
    return use.used
end

local function until_room(asks, count_open)
    local most_requests, most_tokens = most()
    local taken = {}
    for _, use in ipairs(account.uses) do
        local tokens = (count_open or not use.open) and cost(use) or 0
        taken[#taken + 1] = {(use.open and now or use.at) + window, use.requests or 1, tokens}
    end
    local others = account.other_requests
    if others.seconds > 0 then taken[#taken + 1] = {ending(others), others.amount, 0} end
    others = account.other_tokens
    if others.seconds > 0 then taken[#taken + 1] = {ending(others), 0, others.amount} end
    table.sort(taken, function(one, other) return one[1] < other[1] end)
    local requests, tokens = 0, 0
    for _, each in ipairs(taken) do
        requests, tokens = requests + each[2], tokens + each[3]
    end
    local when = account.hold.seconds > 0 and math.max(now, ending(account.hold)) or now
    local first = 1
    for _, ask in ipairs(asks) do
        local need = math.min(ask, most_tokens)
        while first <= #taken
            and (taken[first][1] <= when or requests + 1 > most_requests or tokens + need > most_tokens) do
            local free = taken[first]
            when, first = math.max(when, free[1]), first + 1
            requests, tokens = requests - free[2], tokens - free[3]
        end
        taken[#taken + 1] = {when + window, 1, need}
        requests, tokens = requests + 1, tokens + need
    end
    return when - now
end

local function taken(others)
    return others.seconds > 0 and others.amount or 0
end

local function turn(one, other)
    if one.priority ~= other.priority then return one.priority < other.priority end
    return one.ticket < other.ticket
end

local function find()
    for _, use in ipairs(account.uses) do
        if use.id == step.id then return use end
    end
end

local reply = {taken = false, ticket = 0, wait = 0, soonest = 0, left_requests = 0, left_tokens = 0}
local steps = {}

function steps.take()
    if find() then
        reply.taken, reply.ticket = true, step.ticket
        return
    end
    local ticket = step.ticket
    if ticket == 0 then
        account.ticket = account.ticket + 1
        ticket = account.ticket
    end
    local me = {id = step.id, priority = step.priority, ticket = ticket, seen = now, tokens = step.tokens}
    local others = kept(account.waiters, function(each) return each.id ~= step.id end)
    local ahead = kept(others, function(each) return turn(each, me) end)
    table.sort(ahead, turn)
    local asks = {}
    for _, each in ipairs(ahead) do asks[#asks + 1] = each.tokens end
    asks[#asks + 1] = step.tokens
    reply.ticket, reply.wait, reply.soonest = ticket, until_room(asks, true), until_room(asks, false)
    account.waiters = others
    local _, most_tokens = most()
    local need = math.min(step.tokens, most_tokens)
    local claimed, probing = need, false
    for _, use in ipairs(account.uses) do
        claimed = claimed + use.claimed
        probing = probing or (use.open and use.probe)
    end
    local probe = account.whole.seconds == 0 and account.fair.seconds == 0 and claimed > most_tokens
    if #ahead == 0 and reply.wait <= 0 and not (probe and probing) then
        account.uses[#account.uses + 1] =
            {id = step.id, at = now, used = need, claimed = need, open = true, begun = now, probe = probe}
        reply.taken = true
    else
        account.waiters[#account.waiters + 1] = me
    end
end

function steps.look()
    local ahead = kept(account.waiters, function(each) return each.priority <= step.priority end)
    table.sort(ahead, turn)
    local asks = {}
    for _, each in ipairs(ahead) do asks[#asks + 1] = each.tokens end
    for _ = 1, step.requests do
        asks[#asks + 1] = math.floor(step.tokens / math.max(1, step.requests))
    end
    reply.wait, reply.soonest = until_room(asks, true), until_room(asks, false)
    local most_requests, most_tokens = most()
    local requests, tokens = taken(account.other_requests), taken(account.other_tokens)
    for _, use in ipairs(account.uses) do
        requests, tokens = requests + (use.requests or 1), tokens + cost(use)
    end
    reply.left_requests, reply.left_tokens = math.max(0, most_requests - requests), math.max(0, most_tokens - tokens)
end

function steps.leave()
    account.waiters = kept(account.waiters, function(each) return each.id ~= step.id end)
end

function steps.settle()
    local use = find()
    if not use then
        use = {id = step.id, begun = now, probe = false}
        account.uses[#account.uses + 1] = use
    end
    if step.answered and use.begun >= account.hold.at then account.strikes = 0 end
    use.at, use.used, use.claimed, use.open = now, step.used, step.claimed, false
    if step.answered and use.probe and account.whole.seconds == 0 then
        local claimed, _, most_tokens = 0, most()
        for _, each in ipairs(account.uses) do
            if not each.open and each.begun + limits.seconds > now then claimed = claimed + each.claimed end
        end
        if claimed > most_tokens then account.fair = span(BELIEVED) end
    end
end

function steps.hold()
    local use = find()
    if not use or account.strikes == 0 or use.begun >= account.hold.at then
        account.strikes = account.strikes + 1
        local claimed, _, most_tokens = 0, most()
        for _, each in ipairs(account.uses) do claimed = claimed + each.claimed end
        if claimed > most_tokens then account.whole, account.fair = span(BELIEVED), span(0) end
        local own = math.min(LONGEST_OWN_HOLD, FIRST_HOLD * 2 ^ (account.strikes - 1))
        local seconds = math.min(step.seconds > 0 and step.seconds or own, LONGEST_HOLD)
        local left = account.hold.seconds > 0 and ending(account.hold) - now or 0
        account.hold = span(math.max(seconds, left))
    elseif step.seconds > 0 then
        local seconds = math.min(step.seconds, LONGEST_HOLD) + now - account.hold.at
        account.hold.seconds = math.max(account.hold.seconds, seconds)
    end
end

local function within(reset)
    return reset >= 0 and math.min(reset, limits.seconds) or limits.seconds
end

function steps.hear()
    if step.limit_requests > 0 then account.limit_requests = span(BELIEVED, step.limit_requests) end
    if step.limit_tokens > 0 then account.limit_tokens = span(BELIEVED, step.limit_tokens) end
    local most_requests, most_tokens = most()
    local requests, tokens = 0, 0
    for _, use in ipairs(account.uses) do
        if not use.open then
            requests, tokens = requests + (use.requests or 1), tokens + cost(use)
        end
    end
    if step.left_requests >= 0 then
        local others = math.max(0, most_requests - requests - step.left_requests)
        account.other_requests = span(others > 0 and within(step.reset_requests) or 0, others)
    end
    if step.left_tokens >= 0 then
        local others = math.max(0, most_tokens - tokens - step.left_tokens)
        account.other_tokens = span(others > 0 and within(step.reset_tokens) or 0, others)
    end
end

steps[step.op]()
reply.requests, reply.tokens = most()
redis.call('SET', KEYS[1], cmsgpack.pack(account), 'EX', BELIEVED * 2)
return cjson.encode(reply)
