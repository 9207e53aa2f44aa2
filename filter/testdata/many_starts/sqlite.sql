("f_name" IS NOT NULL AND (SELECT EXISTS (WITH lengths(n) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT 1 FROM lengths WHERE substr(s, 1, n) IN (SELECT value FROM json_each(?))) FROM (SELECT "f_name" AS s)))
-- string "[2]"
-- string "[\"x0\",\"x1\",\"x2\",\"x3\",\"x4\",\"x5\",\"x6\",\"x7\",\"x8\",\"x9\"]"
