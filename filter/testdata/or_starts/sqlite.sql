(((("f_name" IS NOT NULL AND "f_name" >= ?) AND ("f_name" IS NOT NULL AND "f_name" < ?)) OR (("f_name" IS NOT NULL AND "f_name" >= ?) AND ("f_name" IS NOT NULL AND "f_name" < ?))) OR ("f_age" IS NOT NULL AND "f_age" < ?))
-- string "ab"
-- string "ac"
-- string "c"
-- string "d"
-- int64 5
