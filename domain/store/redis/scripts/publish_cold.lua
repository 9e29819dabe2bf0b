-- Adds an on-demand artifact if the hash still is the edition that it was rendered from. Such
-- artifacts have a limit in bytes: the least recently requested are removed first, and one that is
-- larger is not stored. The field `cold` lists their names, `cold.bytes` is their size.
-- KEYS: page hash, the times of last requests. ARGV: seq, day, build, most bytes, ttl_s,
--       most names that are remembered, the artifact, then field, value, field, value ...
-- Returns 1 if written.
local held = redis.call('HMGET', KEYS[1], 'seq', 'day', 'build', 'gone', 'cold', 'cold.bytes')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] or held[4] then
  return 0
end
local most, artifact, endings = tonumber(ARGV[4]), ARGV[7], {'', '|br', '|gzip', '!'}
local beside = 100 -- bytes of a field beside its value
local function remove(name)
  local bytes = 0
  for _, ending in ipairs(endings) do
    local length = redis.call('HSTRLEN', KEYS[1], name .. ending)
    if redis.call('HDEL', KEYS[1], name .. ending) == 1 then
      bytes = bytes + length + beside
    end
  end
  return bytes
end
local more = 0
for i = 8, #ARGV, 2 do
  more = more + #ARGV[i + 1] + beside
end
if more > most then
  return 0
end
local names = {}
for name in string.gmatch(held[5] or '', '[^\n]+') do
  if name ~= artifact then
    names[#names + 1] = name
  end
end
local bytes = tonumber(held[6] or '0') - remove(artifact)
if bytes + more > most then
  local asked = {}
  for _, name in ipairs(names) do
    asked[name] = tonumber(redis.call('ZSCORE', KEYS[2], name) or '0')
  end
  table.sort(names, function(one, other) return asked[one] > asked[other] end)
  while #names > 0 and bytes + more > most do
    bytes = bytes - remove(table.remove(names))
  end
end
for i = 8, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
names[#names + 1] = artifact
redis.call('HSET', KEYS[1], 'cold', table.concat(names, '\n'))
redis.call('HSET', KEYS[1], 'cold.bytes', math.max(bytes, 0) + more)
local time = redis.call('TIME')
-- Rendering again is no request: it would go on for ever.
redis.call('ZADD', KEYS[2], 'NX', time[1] + time[2] / 1000000, artifact)
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[6]))
redis.call('EXPIRE', KEYS[2], ARGV[5])
return 1
