-- Sends the requests that wrk.ts wrote to a file, from all connections; prints the result as one line of JSON.
-- First in the file come the fields of all requests, then an empty line, then either the paths, in order, each with a field
-- of its own behind a tab where it has one; or the line "fresh PREFIX FROM", and each path is the prefix and a number.
-- A second argument is how many requests a second there may be.

local fields = {}
local requests = {}
local index = 0
local prefix = nil
local tail = nil

local function written(path, field)
  local own = field and (field .. "\r\n") or ""
  return "GET " .. path .. " HTTP/1.1\r\n" .. table.concat(fields, "\r\n") .. "\r\n" .. own .. "\r\n"
end

-- Evenly, by absolute times, so that the rate is held after a delay: wrk asks before each request how many ms to wait.
local function pace(per_second)
  local ffi = require("ffi")
  ffi.cdef("typedef struct { long sec; long nsec; } bench_time; int clock_gettime(int, bench_time *);")
  local time = ffi.new("bench_time")
  local function now_ms()
    ffi.C.clock_gettime(1, time)
    return tonumber(time.sec) * 1000 + tonumber(time.nsec) / 1e6
  end
  local due = nil
  function delay()
    local now = now_ms()
    due = due and due + 1000 / per_second or now
    return math.max(0, math.floor(due - now))
  end
end

function init(args)
  if args[2] then pace(tonumber(args[2])) end
  local known = {}
  local in_head = true
  for line in io.lines(args[1]) do
    if in_head and line == "" then
      in_head = false
    elseif in_head then
      fields[#fields + 1] = line
    elseif line:sub(1, 6) == "fresh " then
      local from
      prefix, from = line:match("^fresh (%S+) (%d+)$")
      index = tonumber(from)
      tail = " HTTP/1.1\r\n" .. table.concat(fields, "\r\n") .. "\r\n\r\n"
    else
      if known[line] == nil then
        local path, field = line:match("^([^\t]+)\t?(.*)$")
        known[line] = written(path, field ~= "" and field or nil)
      end
      requests[#requests + 1] = known[line]
    end
  end
end

function request()
  if prefix then
    local path = prefix .. index
    index = index + 1
    return "GET " .. path .. tail
  end
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"errors":%d,"failures":%d,'
      .. '"latencyUs":{"p50":%d,"p90":%d,"p99":%d,"p99_9":%d,"max":%d}}',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9), latency.max))
end
