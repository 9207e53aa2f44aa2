((coalesce(CASE json_type("f_custom", '$."x"') WHEN 'text' THEN json_extract("f_custom", '$."x"') END = ?, FALSE) OR coalesce(CASE WHEN json_type("f_custom", '$."x"') IN ('integer', 'real') THEN json_extract("f_custom", '$."x"') END = ?, FALSE) OR coalesce(CASE json_type("f_custom", '$."x"') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END = ?, FALSE) OR (coalesce(json_type("f_custom", '$."x"'), 'null') = 'null')) AND coalesce(CASE json_type("f_custom", '$."a"."b-c"') WHEN 'text' THEN json_extract("f_custom", '$."a"."b-c"') END > ?, FALSE))
-- string "1"
-- int64 1
-- int64 1
-- string "m"
