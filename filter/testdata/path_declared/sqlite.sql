(coalesce(CASE json_type("f_custom", '$."tier"') WHEN 'text' THEN json_extract("f_custom", '$."tier"') END = ?, FALSE) AND coalesce(CASE WHEN json_type("f_custom", '$."level"') IN ('integer', 'real') THEN json_extract("f_custom", '$."level"') END >= ?, FALSE) AND coalesce(CASE json_type("f_custom", '$."vip"') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END <> ?, TRUE))
-- string "gold"
-- int64 3
-- int64 1
