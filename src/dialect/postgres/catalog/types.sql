-- Enums, a row for each of their values; domains with what stands behind AS; other types by name.
SELECT t.oid::int8, n.nspname::text, t.typname::text, t.typtype::text, e.enumlabel::text,
       CASE WHEN t.typtype = 'd' THEN concat(
           format_type(t.typbasetype, t.typtypmod),
           ' COLLATE ' || CASE WHEN l.oid IS NULL THEN NULL
                               WHEN ln.nspname IN ('pg_catalog', {schema}) THEN quote_ident(l.collname)
                               ELSE format('%I.%I', ln.nspname, l.collname) END,
           ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
           CASE WHEN t.typnotnull THEN ' NOT NULL' END, k.checks) END,
       x.objid IS NOT NULL, d.description
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_enum AS e ON e.enumtypid = t.oid
LEFT JOIN pg_type AS b ON b.oid = t.typbasetype AND t.typtype = 'd'
LEFT JOIN pg_collation AS l ON l.oid = t.typcollation AND b.typcollation <> t.typcollation
LEFT JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
LEFT JOIN (
    SELECT contypid,
           string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' ORDER BY conname) AS checks
    FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' GROUP BY contypid
) AS k ON k.contypid = t.oid
LEFT JOIN pg_depend AS x ON x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.objsubid = 0
    AND x.refclassid = 'pg_extension'::regclass AND x.deptype = 'e'
LEFT JOIN pg_description AS d ON d.objoid = t.oid AND d.classoid = 'pg_type'::regclass AND d.objsubid = 0
WHERE t.typtype IN ('e', 'd', 'r', 'b') AND t.typcategory <> 'A' AND (x.objid IS NULL OR t.typtype = 'e')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY t.oid, e.enumsortorder
