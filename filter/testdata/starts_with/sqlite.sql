((("f_name" IS NOT NULL AND "f_name" >= ?) AND ("f_name" IS NOT NULL AND "f_name" < ?)) AND (("f_state" IS NULL OR "f_state" < ?) OR ("f_state" IS NULL OR "f_state" >= ?)))
-- string "Mü"
-- string "Mý"
-- string "a\U0010ffff"
-- string "b"
