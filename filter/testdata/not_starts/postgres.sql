(coalesce((SELECT NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS lengths(n) WHERE CASE WHEN left(s, CAST(n AS integer)) IN (SELECT CAST(v AS text) FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS list(v)) THEN TRUE END) FROM (SELECT CASE jsonb_typeof(("f_custom" -> 'x')) WHEN 'string' THEN ("f_custom" ->> 'x') COLLATE "C" END AS s OFFSET 0) AS searched), TRUE))
-- string "[2]"
-- string "[\"y0\",\"y1\",\"y2\",\"y3\",\"y4\",\"y5\",\"y6\",\"y7\",\"y8\",\"y9\"]"
