(("f_state" IS NOT NULL AND "f_state" = ?) AND ("f_name" IS NOT NULL AND "f_name" IN (?, ?)))
-- string "active"
-- string "ana"
-- string "bo"
