-- Keeps the on-demand artifacts of a page that were requested lately, before a publication removes
-- them: each as a hash of its own with its edition. All such hashes of a page have a limit in bytes.
-- KEYS: page hash, the times of last requests, the index of kept hashes.
-- ARGV: prefix of their keys, seconds of "lately", most bytes, ttl_s.
-- Returns the names of the kept artifacts; false if there is no page hash.
local held = redis.call('HMGET', KEYS[1], 'seq', 'day', 'build', 'cold')
if not held[1] then
  return false
end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept, total = {}, 0
for name in string.gmatch(held[4] or '', '[^\n]+') do
  local asked = tonumber(redis.call('ZSCORE', KEYS[2], name) or '0')
  if redis.call('HEXISTS', KEYS[1], name) == 1 and asked >= now - ARGV[2] then
    local bytes = 0
    for _, ending in ipairs({'', '|br', '|gzip'}) do
      bytes = bytes + redis.call('HSTRLEN', KEYS[1], name .. ending)
    end
    total = total + bytes + 1000
    if total <= tonumber(ARGV[3]) then
      local key = ARGV[1] .. name
      redis.call('DEL', key)
      redis.call('HSET', key, 'id', name, 'bytes', bytes,
        'seq', held[1], 'day', held[2], 'build', held[3])
      for _, ending in ipairs({'', '|br', '|gzip'}) do
        local value = redis.call('HGET', KEYS[1], name .. ending)
        if value then
          redis.call('HSET', key, name .. ending, value)
        end
      end
      redis.call('EXPIRE', key, ARGV[4])
      redis.call('ZADD', KEYS[3], now, key)
      kept[#kept + 1] = name
    end
  end
end
if #kept > 0 then
  redis.call('EXPIRE', KEYS[3], ARGV[4])
  total = 0
  for _, key in ipairs(redis.call('ZREVRANGE', KEYS[3], 0, -1)) do
    local size = redis.call('HGET', key, 'bytes')
    total = total + (tonumber(size) or 0) + 1000
    if not size or total > tonumber(ARGV[3]) then
      redis.call('DEL', key)
      redis.call('ZREM', KEYS[3], key)
    end
  end
end
return kept
