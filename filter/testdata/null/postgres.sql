(("f_name" IS NULL) AND ("f_born" IS NOT NULL) AND ("f_tags" IS NOT NULL))
