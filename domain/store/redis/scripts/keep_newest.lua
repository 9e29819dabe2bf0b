-- Stores a hash for a while, and keeps the newest hashes of an index up to so many bytes.
-- KEYS: hash, index. ARGV: id, `begin` (another id takes its place) or `go on` (only the same id),
--       most bytes, ttl_s, then field, value, field, value ...
-- Returns the previous id of the hash, empty for none; false if the hash is another id's.
local id, held = ARGV[1], redis.call('HGET', KEYS[1], 'id')
if ARGV[2] == 'begin' then
  redis.call('DEL', KEYS[1])
elseif redis.call('EXISTS', KEYS[1]) == 0 or (held and held ~= id) then
  return false
else
  redis.call('HDEL', KEYS[1], 'kind', 'payload')
end
redis.call('HSET', KEYS[1], 'id', id)
local bytes = 0
for i = 5, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  bytes = bytes + #ARGV[i + 1]
end
redis.call('HSET', KEYS[1], 'bytes', bytes)
redis.call('EXPIRE', KEYS[1], ARGV[4])
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], time[1] + time[2] / 1000000, KEYS[1])
redis.call('EXPIRE', KEYS[2], ARGV[4])
-- Each counts for 1,000 bytes more, so that the number of empty ones is limited too.
local total = 0
for number, key in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, -1)) do
  local size = redis.call('HGET', key, 'bytes')
  total = total + (tonumber(size) or 0) + 1000
  if not size then
    redis.call('ZREM', KEYS[2], key)
  elseif number > 1 and total > tonumber(ARGV[3]) then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[2], key)
  end
end
return held or ''
