-- Marks an artifact as absent from a page. All marks are deleted a while after the first, or when
-- there are too many.
-- KEYS: the page's names. ARGV: name, seq, most names, ttl_s.
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('TTL', KEYS[1]) < 0 then
  redis.call('EXPIRE', KEYS[1], ARGV[4])
end
return 1
