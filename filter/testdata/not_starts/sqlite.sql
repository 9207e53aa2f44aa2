(coalesce((SELECT NOT EXISTS (WITH lengths(n) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT 1 FROM lengths WHERE substr(s, 1, n) IN (SELECT value FROM json_each(?))) FROM (SELECT CASE json_type("f_custom", '$."x"') WHEN 'text' THEN json_extract("f_custom", '$."x"') END AS s)), TRUE))
-- string "[2]"
-- string "[\"y0\",\"y1\",\"y2\",\"y3\",\"y4\",\"y5\",\"y6\",\"y7\",\"y8\",\"y9\"]"
