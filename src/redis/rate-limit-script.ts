/**
 * `rateLimitStep` in Lua, with the same names: change both together. A test runs the same requests through both.
 *
 * Redis runs it as one atomic step. `step(state, request, now)` takes and returns tables; the state is kept as JSON.
 */
export const stepFunction = `
local INITIAL_GRANTS = 10
local PROBE_TIMEOUT = 2000
local RECOVERY_REPORT = 500
local RECOVERY_RETURN = 30000
local BACKGROUND_SHARE = 10
local MOST_IN_ADVANCE = 100
local DOCUMENTED_LENGTH = 60000

local function length(budget)
  if budget.boundaryAt == 0 then return DOCUMENTED_LENGTH end
  return math.max(1000, budget.boundaryAt - budget.startedAt)
end

local function lifetime(budget)
  return math.max(1000, 0.4 * length(budget))
end

local function sum(shares, field)
  local total = 0
  for _, share in ipairs(shares) do total = total + share[field] end
  return total
end

local function boundaryOf(request, now)
  if request.boundaryIn < 0 then return 0 end
  return now + request.boundaryIn
end

local function startsWindow(budget, request, isKnown)
  return budget.reset > 0 and ((isKnown and request.rolledOver) or request.reset > budget.reset + 1)
end

local function carryOver(previous, now)
  local carried = {}
  for id, share in pairs(previous.processes) do
    local arrivals = math.max(0, share.normal + share.wanted - share.backlog)
    if arrivals > 0 or now - share.seenAt <= lifetime(previous) then
      carried[id] = { seenAt = share.seenAt, held = share.held, granted = 0, normal = 0, backlog = share.wanted,
        arrivals = arrivals, arrivedIn = math.max(1000, now - previous.startedAt), wanted = share.wanted, background = share.background }
    end
  end
  return carried
end

local function ownProbe(request)
  return request.rolledOver and 1 or 0
end

local function openWindow(previous, request, now)
  local budget = {
    generation = now, startedAt = now, updatedAt = now, limit = request.limit, reset = request.reset,
    used = request.used, firstUsed = math.max(0, request.used - ownProbe(request)), foreign = 0, boundaryAt = boundaryOf(request, now), probeFailed = false,
    probeUntil = 0, blockedUntil = 0, recoversAt = 0, members = 0, missingUntil = 0, owed = 0, processes = {}
  }
  if previous then
    budget.generation = math.max(now, previous.generation + 1)
    budget.blockedUntil = previous.blockedUntil
    budget.members = previous.members
    budget.missingUntil = previous.missingUntil
    budget.owed = previous.owed
    budget.processes = carryOver(previous, now)
  elseif request.generation > 0 then
    budget.recoversAt = now + RECOVERY_REPORT
    budget.members = request.processes
    budget.missingUntil = now + RECOVERY_RETURN
  end
  return budget
end

local function learn(budget, request, isKnown, now)
  local tolerance = 0
  if isKnown then tolerance = 1 end
  if request.reset == 0 or request.reset < budget.reset - tolerance then return end
  local boundaryAt = boundaryOf(request, now)
  if budget.reset == 0 then
    budget.reset = request.reset
    budget.firstUsed = request.used
    budget.startedAt = now
    budget.boundaryAt = boundaryAt
  end
  budget.limit = request.limit
  budget.used = math.max(budget.used, request.used)
  local granted = 0
  for _, share in pairs(budget.processes) do granted = granted + share.granted end
  budget.foreign = math.max(budget.foreign, budget.used - budget.firstUsed - granted)
  if not isKnown then return end
  if request.probeFailed then
    budget.boundaryAt = now + math.max(1, request.boundaryIn)
    budget.probeFailed = true
    budget.probeUntil = 0
  elseif boundaryAt > 0 and not budget.probeFailed then
    if budget.boundaryAt == 0 then budget.boundaryAt = boundaryAt end
    budget.boundaryAt = math.min(budget.boundaryAt, boundaryAt)
  end
end

local function expire(budget, now)
  for id, share in pairs(budget.processes) do
    if now - share.seenAt > lifetime(budget) then
      share.held, share.wanted, share.background = 0, 0, 0
      if share.granted == 0 and share.arrivals == 0 then budget.processes[id] = nil end
    end
  end
end

local function record(budget, request, isKnown, now)
  local known = budget.processes[request.process]
  local own = { seenAt = now, held = request.available + request.inFlight, granted = request.inFlight + ownProbe(request), normal = 0,
    backlog = known and known.backlog or 0,
    arrivals = known and known.arrivals or 0, arrivedIn = known and known.arrivedIn or 1000, wanted = request.wanted, background = request.background }
  if isKnown then
    own.granted = request.sent + request.available
    own.normal = request.sentNormal
  end
  budget.processes[request.process] = own
  return own
end

local function remaining(budget, shares)
  local held = sum(shares, 'held')
  if budget.reset == 0 then return math.min(budget.limit, INITIAL_GRANTS) - budget.used - held end
  local left = budget.limit - budget.used
  if budget.foreign == 0 then return left - held end
  local granted = sum(shares, 'granted')
  local part = math.floor(left * granted / (granted + budget.foreign) / 2)
  return math.min(left, math.max(1, part)) - held
end

local function shareAt(level, need)
  return math.max(0, math.min(need.granted + need.wanted, level) - need.granted)
end

local function costOf(level, needs)
  local total = 0
  for _, need in ipairs(needs) do total = total + shareAt(level, need) end
  return total
end

local function backgroundNeed(demand)
  return { granted = demand.granted, wanted = demand.background }
end

local function normalNeed(demand)
  return { granted = demand.granted, wanted = demand.wanted + demand.expected }
end

local function map(demands, needOf)
  local needs = {}
  for i, demand in ipairs(demands) do needs[i] = needOf(demand) end
  return needs
end

local function divide(available, needs)
  local low, high = 0, 0
  for _, need in ipairs(needs) do high = math.max(high, need.granted + need.wanted) end
  while low < high do
    local level = math.ceil((low + high) / 2)
    if costOf(level, needs) <= available then low = level else high = level - 1 end
  end
  local others = costOf(low, needs) - shareAt(low, needs[1])
  local share = math.min(shareAt(low + 1, needs[1]), available - others)
  return low, share, math.max(0, available - costOf(math.huge, needs))
end

local function fairGrant(available, due, all)
  if available <= 0 then return 0, 0 end
  local wanted = all[1].wanted
  local needs = map(all, backgroundNeed)
  local kept = math.min(available, due, costOf(math.huge, needs))
  local level, first = divide(kept, needs)
  for i, demand in ipairs(all) do
    local share = i == 1 and first or shareAt(level, needs[i])
    demand.granted = demand.granted + share
    demand.background = demand.background - share
  end
  needs = map(all, normalNeed)
  local level, normal, rest = divide(available - kept, needs)
  for i, demand in ipairs(all) do
    demand.granted = demand.granted + (i == 1 and normal or shareAt(level, needs[i]))
  end
  local _, background = divide(rest, map(all, backgroundNeed))
  return math.min(wanted, normal), first + background
end

local function reserveFor(arrivals, limit)
  return math.floor(math.min(arrivals + 0.5 + 0.5 * math.min(1, arrivals), limit / 2))
end

local function demands(budget, own, others, now)
  local rest = math.max(0, budget.boundaryAt - now)
  local function demand(share)
    local expected = reserveFor(share.arrivals * rest / share.arrivedIn, budget.limit)
    return { granted = share.granted, wanted = share.wanted, expected = expected, background = share.background }
  end
  local all = { demand(own) }
  for _, other in ipairs(others) do table.insert(all, demand(other)) end
  if now < budget.missingUntil then
    for i = #others + 2, budget.members do
      all[i] = { granted = 0, wanted = budget.limit, expected = 0, background = 0 }
    end
  end
  return all
end

local function grant(budget, own, others, all, now)
  local asked = own.wanted + own.background
  if asked == 0 then return 0, 0 end
  local closedUntil = math.max(budget.blockedUntil, budget.recoversAt)
  if now < closedUntil then return 0, closedUntil - now end

  local isBoundary = budget.boundaryAt > 0 and now >= budget.boundaryAt
  local isYielding = own.wanted == 0 and budget.owed < BACKGROUND_SHARE - 1
    and now < budget.boundaryAt + PROBE_TIMEOUT and sum(others, 'wanted') > 0
  if isBoundary and (now < budget.probeUntil or isYielding) then return 0, 0 end
  local normal, background = 0, 0
  if isBoundary then
    budget.probeUntil = now + PROBE_TIMEOUT
    if own.wanted > 0 then normal = 1 else background = 1 end
  else
    local available = remaining(budget, all)
    local due = math.max(0, math.floor((budget.owed + available) / BACKGROUND_SHARE))
    normal, background = fairGrant(available, due, demands(budget, own, others, now))
  end

  local granted = normal + background
  local waited = sum(all, 'background')
  local owed = budget.owed + (waited > 0 and normal or 0) - (BACKGROUND_SHARE - 1) * background
  local claimed = (BACKGROUND_SHARE - 1) * (waited - background)
  budget.owed = math.max(-MOST_IN_ADVANCE * BACKGROUND_SHARE, math.min(owed, claimed))
  own.held = own.held + granted
  own.granted = own.granted + granted
  own.wanted = own.wanted - normal
  own.background = own.background - background
  if isBoundary or budget.reset == 0 or granted == asked then return granted, 0 end
  local isReserved = sum(others, 'held') > 0 or remaining(budget, all) > 0
  local pause = math.ceil(length(budget) / (isReserved and 120 or 8))
  if budget.boundaryAt > 0 then pause = math.min(pause, budget.boundaryAt - now) end
  return granted, math.max(1, pause)
end

local function step(stored, request, now)
  local previous = stored and stored.updatedAt <= now + 1000 and stored or nil
  local isKnown = previous ~= nil and previous.generation == request.generation
  local isSame = previous ~= nil and not startsWindow(previous, request, isKnown)
  local budget = previous
  if isSame then learn(budget, request, isKnown, now) else budget = openWindow(previous, request, now) end
  if request.blockedFor > 0 and (isKnown or not isSame) then
    budget.blockedUntil = math.max(budget.blockedUntil, now + request.blockedFor)
  end
  budget.updatedAt = now
  expire(budget, now)
  local own = record(budget, request, isKnown and isSame, now)
  local others, all, alive = {}, { own }, 1
  for id, share in pairs(budget.processes) do
    if id ~= request.process then
      table.insert(others, share)
      table.insert(all, share)
      if now - share.seenAt <= lifetime(budget) then alive = alive + 1 end
    end
  end
  local granted, nextSyncIn = grant(budget, own, others, all, now)
  local boundaryIn = -1
  if budget.boundaryAt > 0 then boundaryIn = math.max(0, budget.boundaryAt - now) end
  local expiresIn = 120000 + math.max(0, budget.boundaryAt - now)
  return budget, expiresIn, { generation = budget.generation, granted = granted, limit = budget.limit,
    used = budget.used + sum(all, 'held'), reset = budget.reset, boundaryIn = boundaryIn,
    blockedFor = math.max(0, budget.blockedUntil - now), processes = alive, nextSyncIn = nextSyncIn }
end
`;

/** Runs the step on the state in `KEYS[1]` with the request in `ARGV[1]`, and returns the reply: both JSON. */
export const rateLimitScript = `${stepFunction}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('GET', KEYS[1])
local budget, expiresIn, reply = step(stored and cjson.decode(stored), cjson.decode(ARGV[1]), now)
redis.call('SET', KEYS[1], cjson.encode(budget), 'PX', expiresIn)
return cjson.encode(reply)
`;
