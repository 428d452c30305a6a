-- The columns of all tables, and the fields of composite types. What is rare is looked up where it is there.
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attgenerated, a.attidentity, pg_get_expr(v.adbin, v.adrelid), a.attislocal,
       CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem END,
       CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN (SELECT e.typtype FROM pg_type AS e WHERE e.oid = t.typelem)
            ELSE t.typtype END,
       CASE WHEN a.attcollation NOT IN (0, 100) THEN a.attcollation END,
       CASE WHEN a.attcollation <> t.typcollation THEN (
           SELECT CASE WHEN ln.nspname IN ('pg_catalog', {schema}) THEN l.collname::text
                       ELSE ln.nspname || '.' || l.collname END
           FROM pg_collation AS l
           JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
           WHERE l.oid = a.attcollation) END,
       CASE WHEN a.attstattarget >= 0 OR a.attstorage <> t.typstorage OR {compressed} OR a.attoptions IS NOT NULL THEN
           nullif(concat_ws(chr(31),
               'SET STATISTICS ' || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
               CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'c' THEN
                   'SET STORAGE ' || CASE a.attstorage
                       WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
               {compression},
               'SET (' || array_to_string(a.attoptions, ', ') || ')'), '') END,
       d.description
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
LEFT JOIN pg_description AS d
    ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
