(("f_name" IS NOT NULL AND strpos(lower("f_name" COLLATE "C"), ?) > 0) AND ("f_state" IS NULL OR strpos(lower("f_state" COLLATE "C"), ?) = 0))
-- string "gmbh & co_%"
-- string "x"
