("f_name" IS NOT NULL AND (SELECT EXISTS (SELECT 1 FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS lengths(n) WHERE CASE WHEN left(s, CAST(n AS integer)) IN (SELECT CAST(v AS text) FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS list(v)) THEN TRUE END) FROM (SELECT "f_name" AS s OFFSET 0) AS searched))
-- string "[2]"
-- string "[\"x0\",\"x1\",\"x2\",\"x3\",\"x4\",\"x5\",\"x6\",\"x7\",\"x8\",\"x9\"]"
