(("f_age" IS NOT NULL AND "f_age" IN (?, ?)) OR ("f_age" IS NULL))
-- int64 1
-- int64 2
