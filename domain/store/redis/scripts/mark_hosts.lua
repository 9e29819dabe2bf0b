-- Marks all host entries as written, if the epoch is still the one they were written in.
-- KEYS: marker, epoch. ARGV: epoch.
if redis.call('GET', KEYS[2]) == ARGV[1] and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1])
end
return 1
