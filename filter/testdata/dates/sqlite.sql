(("f_seenAt" IS NOT NULL AND "f_seenAt" >= ?) AND ("f_seenAt" IS NOT NULL AND "f_seenAt" <= ?) AND ("f_born" IS NOT NULL AND "f_born" <= ?) AND ("created_at" IS NOT NULL AND "created_at" = ?))
-- int64 1709253000000000
-- int64 1709253000123456
-- string "2000-01-01"
-- int64 1704067200000000
