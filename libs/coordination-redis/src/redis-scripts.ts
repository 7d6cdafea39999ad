/**
 * What must happen in one step: Redis runs a script alone. Each takes one key. Times are in milliseconds, by the clock of
 * Redis.
 */

/** ARGV: holder, time. 1 when the holder has the lease now. */
export const renewLease = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** ARGV: holder. */
export const releaseLease = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

/** Gives the value, or nil, and removes it. */
export const take = `
local value = redis.call('GET', KEYS[1])
if value then redis.call('DEL', KEYS[1]) end
return value`;

/** ARGV: time. The count; a window starts with the first, and where one has no end. */
export const count = `
local count = redis.call('INCR', KEYS[1])
if count == 1 or redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;
