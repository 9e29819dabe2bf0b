-- Adds fields if the hash still is the edition that they were rendered from.
-- KEYS: page hash. ARGV: seq, day, build, then field, value, field, value ... Returns 1 if written.
local held = redis.call('HMGET', KEYS[1], 'seq', 'day', 'build', 'gone')
if held[1] == ARGV[1] and held[2] == ARGV[2] and held[3] == ARGV[3] and not held[4] then
  for i = 4, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
  return 1
end
return 0
