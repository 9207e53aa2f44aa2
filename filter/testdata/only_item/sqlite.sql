(coalesce(instr(lower(CASE json_type("f_place", '$[0]') WHEN 'text' THEN json_extract("f_place", '$[0]') END), ?) > 0, FALSE) AND (coalesce(CASE json_type("f_place", '$[0]') WHEN 'text' THEN json_extract("f_place", '$[0]') END = ?, FALSE) OR (coalesce(json_type("f_place", '$[0]'), 'null') <> 'null')))
-- string "main"
-- string "1 Main St"
