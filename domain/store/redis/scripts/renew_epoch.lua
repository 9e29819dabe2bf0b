-- Begins another epoch, unless another process did; the host entries have to be written again.
-- KEYS: epoch, marker of the hosts. ARGV: the former epoch, the new one.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('DEL', KEYS[2])
end
return 1
