-- Sends the requests of a file that wrk.ts wrote, in order, from all connections; prints the result as one line of JSON.

local requests = {}
local index = 0

function init(args)
  local fields = {}
  local in_head = true
  for line in io.lines(args[1]) do
    if in_head and line == "" then
      in_head = false
    elseif in_head then
      fields[#fields + 1] = line
    else
      requests[#requests + 1] = "GET " .. line .. " HTTP/1.1\r\n" .. table.concat(fields, "\r\n") .. "\r\n\r\n"
    end
  end
end

function request()
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"errors":%d,"non2xx":%d,'
      .. '"latencyUs":{"p50":%d,"p90":%d,"p99":%d,"p99_9":%d,"max":%d}}',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9), latency.max))
end
