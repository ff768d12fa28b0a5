-- Run by wrk (bench/load.ts). Takes raw requests from a file, each after a line with its length, and prints one line of JSON at the end.

-- The address is always loopback; the name in the URL is for SNI alone.
function wrk.resolve(host, service)
  wrk.addrs = wrk.lookup("127.0.0.1", service)
end

local requests, count, next = {}, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for line in file:lines() do
    count = count + 1
    requests[count] = file:read(tonumber(line))
  end
  file:close()
  assert(count > 0, "no requests")
end

function request()
  next = next % count + 1
  return requests[next]
end

local function cpu_ticks()
  local file = assert(io.open("/proc/self/stat", "r"))
  local fields = file:read("*a"):match("%) (.*)")
  file:close()
  local at, ticks = 0, 0
  for field in fields:gmatch("%S+") do
    at = at + 1
    if at == 12 or at == 13 then ticks = ticks + tonumber(field) end
  end
  return ticks
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d,"p50":%d,"p99":%d,"p999":%d,"clientCpu":%d}\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), cpu_ticks() * 10000))
end
