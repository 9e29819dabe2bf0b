-- Writes a host's entry, "counter page", if its counter is greater than the stored one.
-- KEYS: host entry, epoch. ARGV: epoch, counter, page id ('' if free), ttl_s of a free host.
-- Returns 0 if the epoch is another one, else 1.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
local held = redis.call('GET', KEYS[1])
local held_counter = held and tonumber(string.match(held, '^%d+')) or -1
if tonumber(ARGV[2]) > held_counter then
  redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[3])
  if ARGV[3] == '' then
    redis.call('EXPIRE', KEYS[1], ARGV[4])
  end
end
return 1
