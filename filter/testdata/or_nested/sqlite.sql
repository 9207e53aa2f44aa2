(((("f_age" IS NOT NULL AND "f_age" >= ?) AND ("f_age" IS NOT NULL AND "f_age" < ?)) OR (("f_active" IS NOT NULL AND "f_active" = ?) AND ("f_balance" IS NOT NULL AND "f_balance" > ?))) AND ("f_state" IS NULL OR "f_state" <> ?))
-- int64 18
-- int64 65
-- int64 1
-- float64 1.5
-- string "deleted"
