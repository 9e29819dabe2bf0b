-- Refills a bucket and subtracts the spending of a process. The first process sets its level, so
-- that an emptied Redis does not fill it.
-- KEYS: bucket. ARGV: most that it holds, refill a second, spent, level that the process knows, ttl_s.
-- Returns the level that is left; it may be below zero, as several processes spend at once.
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'level', 'at')
local most, level = tonumber(ARGV[1]), tonumber(ARGV[4])
if held[1] then
  level = math.min(most, held[1] + math.max(now - held[2], 0) * ARGV[2])
end
level = math.min(most, math.max(level - ARGV[3], -most))
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], ARGV[5])
return tostring(level)
