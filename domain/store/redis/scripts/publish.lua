-- Writes a page's hash if (seq, day) is greater than the stored one, or equal with another build or
-- of another epoch, and if the epoch is still the one read at the drain's start.
-- The field `edited` is the seq of the last publication after which nothing older may be served: an
-- incident was edited or deleted, or nobody knows. It stays if the stored hash is not older than the
-- seq since which nothing was. Where no hash is stored, the log may know the last edit.
-- KEYS: page hash, epoch. ARGV: epoch, seq, day, build, ttl_s, that seq, the last edit by the log or
--       an empty text, number of kept fields, their names, then field, value, field, value ...
-- Returns the stored {seq, day, build}; false if the epoch is another one.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return false
end
local seq, day, build = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local held = redis.call('HMGET', KEYS[1], 'seq', 'day', 'build', 'epoch', 'edited')
local held_seq = tonumber(held[1] or '-1')
local wins = seq > held_seq
  or (seq == held_seq and (day > held[2]
    or (day == held[2] and (build ~= held[3] or held[4] ~= ARGV[1]))))
if wins then
  local kept_count = tonumber(ARGV[8])
  local kept = {}
  for i = 9, 8 + kept_count do
    local value = redis.call('HGET', KEYS[1], ARGV[i])
    if value then
      kept[#kept + 1] = ARGV[i]
      kept[#kept + 1] = value
    end
  end
  redis.call('DEL', KEYS[1])
  local edited = held_seq >= tonumber(ARGV[6]) and held[5] or ARGV[2]
  if not held[1] and ARGV[7] ~= '' then
    edited = ARGV[7]
  end
  redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'day', day, 'build', build, 'epoch', ARGV[1],
    'edited', edited)
  if #kept > 0 then
    redis.call('HSET', KEYS[1], unpack(kept))
  end
  for i = 9 + kept_count, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
  redis.call('EXPIRE', KEYS[1], ARGV[5])
end
return redis.call('HMGET', KEYS[1], 'seq', 'day', 'build')
