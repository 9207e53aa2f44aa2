(("f_age" IS NULL OR "f_age" NOT IN (?, ?)) AND ("f_age" IS NOT NULL))
-- int64 1
-- int64 2
