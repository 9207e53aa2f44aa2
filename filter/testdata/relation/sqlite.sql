(coalesce(CASE WHEN json_type("f_owner", '$."id"') IN ('integer', 'real') THEN json_extract("f_owner", '$."id"') END IN (?, ?), FALSE))
-- int64 5
-- int64 7
