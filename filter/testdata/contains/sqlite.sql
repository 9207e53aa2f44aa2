(("f_name" IS NOT NULL AND instr(lower("f_name"), ?) > 0) AND ("f_state" IS NULL OR instr(lower("f_state"), ?) = 0))
-- string "gmbh & co_%"
-- string "x"
