(("f_age" IS NOT NULL AND "f_age" IN (SELECT value FROM json_each(?))) AND coalesce(CASE WHEN json_type("f_custom", '$."x"') IN ('integer', 'real') THEN json_extract("f_custom", '$."x"') END NOT IN (SELECT value FROM json_each(?)), TRUE))
-- string "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51]"
-- string "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51]"
