(coalesce(strpos(lower(CASE jsonb_typeof(("f_place" -> 0)) WHEN 'string' THEN ("f_place" ->> 0) COLLATE "C" END COLLATE "C"), ?) > 0, FALSE) AND (coalesce(CASE jsonb_typeof(("f_place" -> 0)) WHEN 'string' THEN ("f_place" ->> 0) COLLATE "C" END = ?, FALSE) OR (coalesce(jsonb_typeof(("f_place" -> 0)), 'null') <> 'null')))
-- string "main"
-- string "1 Main St"
