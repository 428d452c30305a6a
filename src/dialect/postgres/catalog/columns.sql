-- The columns of all tables, and the fields of composite types.
SELECT a.attrelid::int8, a.attnum::int4, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attgenerated::text, a.attidentity::text, pg_get_expr(v.adbin, v.adrelid), a.attislocal,
       coalesce(e.typtype, t.typtype)::text, e.oid IS NOT NULL,
       CASE WHEN coalesce(e.typtype, t.typtype) = 'e' THEN coalesce(e.oid, t.oid)::int8 END,
       CASE WHEN l.oid IS NULL THEN NULL
            WHEN ln.nspname IN ('pg_catalog', {schema}) THEN l.collname
            ELSE ln.nspname || '.' || l.collname END,
       nullif(concat_ws(chr(31),
           'SET STATISTICS ' || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
           CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'c' THEN
               'SET STORAGE ' || CASE a.attstorage
                   WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
           {compression},
           'SET (' || array_to_string(a.attoptions, ', ') || ')'), ''),
       d.description
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_type AS e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
LEFT JOIN pg_description AS d
    ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum
