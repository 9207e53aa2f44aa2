package sqldb

import "strings"

// postgresTables lists the tables of the current schema, without those of
// extensions, in the order in which they were created.
const postgresTables = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid AND d.deptype = 'e')
	ORDER BY c.oid`

// postgresColumns lists the columns of a table in their order. The places in indkey
// are counted from 0.
const postgresColumns = `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
		COALESCE(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0) AS key, a.attidentity <> '' AS counted
	FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
	WHERE a.attrelid = CAST(CAST(? AS text) AS regclass) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

// postgresHold lets others read the tables. It waits for another transaction that
// holds them.
func postgresHold(tables []string) string {
	return "LOCK TABLE " + strings.Join(tables, ", ") + " IN SHARE ROW EXCLUSIVE MODE"
}
