-- Adds an artifact's fields if the hash still is the edition that they were rendered from. So many
-- bytes of such artifacts are kept at most: when they are more, those that were there make room.
-- KEYS: page hash. ARGV: seq, day, build, most bytes, then field, value, field, value ...
-- Returns 1 if written.
local held = redis.call('HMGET', KEYS[1], 'seq', 'day', 'build', 'gone', 'cold', 'cold.bytes')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] or held[4] then
  return 0
end
local names, bytes = held[5] or '', tonumber(held[6] or '0')
local fields, more = {}, 0
for i = 5, #ARGV, 2 do
  fields[#fields + 1] = ARGV[i]
  more = more + #ARGV[i + 1]
end
if names ~= '' and bytes + more > tonumber(ARGV[4]) then
  for name in string.gmatch(names, '[^\n]+') do
    redis.call('HDEL', KEYS[1], name)
  end
  names, bytes = '', 0
end
for i = 5, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
names = names .. table.concat(fields, '\n') .. '\n'
redis.call('HSET', KEYS[1], 'cold', names, 'cold.bytes', bytes + more)
return 1
