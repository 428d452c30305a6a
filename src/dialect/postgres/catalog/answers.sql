-- How the database prints the expressions of temporary tables, by the names of the columns and constraints that hold them.
SELECT a.attname::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
FROM pg_catalog.pg_attrdef AS d
JOIN pg_catalog.pg_class AS c ON c.oid = d.adrelid
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE c.relnamespace = pg_catalog.pg_my_temp_schema()
UNION ALL
SELECT k.conname::text, pg_catalog.pg_get_expr(k.conbin, k.conrelid)
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND k.contype = 'c'
