(("f_age" IS NULL OR "f_age" < ?) OR ("f_age" IS NULL OR "f_age" > ?) OR ("f_age" IS NOT NULL AND "f_age" = ?))
-- int64 10
-- int64 20
-- int64 15
