((("f_age" IS NOT NULL AND "f_age" IN (?, ?, ?, ?)) OR ("f_age" IS NULL)) OR ("f_name" IS NOT NULL AND "f_name" = ?))
-- int64 1
-- int64 2
-- int64 3
-- int64 4
-- string "a"
