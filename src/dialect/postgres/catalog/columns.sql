-- The columns of all tables, and the fields of composite types. Most have nothing of what the last list is made of; then
-- there is none, for there may be a great many columns.
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attislocal,
       t.typtype,
       CASE WHEN a.atthasdef OR a.attidentity <> '' OR t.typcategory = 'A' OR a.attcollation NOT IN (0, 100)
           OR a.attcollation <> t.typcollation OR a.attstattarget >= 0 OR a.attstorage <> t.typstorage OR {compressed}
           OR a.attoptions IS NOT NULL OR d.description IS NOT NULL
       THEN ARRAY[
           a.attgenerated::text, a.attidentity::text, pg_get_expr(v.adbin, v.adrelid),
           CASE WHEN t.typcategory = 'A' THEN (SELECT e.oid::text FROM pg_type AS e WHERE e.oid = t.typelem) END,
           CASE WHEN t.typcategory = 'A' THEN (SELECT e.typtype::text FROM pg_type AS e WHERE e.oid = t.typelem) END,
           a.attcollation::text,
           CASE WHEN a.attcollation <> t.typcollation THEN (
               SELECT CASE WHEN ln.nspname IN ('pg_catalog', {schema}) THEN l.collname::text
                           ELSE ln.nspname || '.' || l.collname END
               FROM pg_collation AS l
               JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
               WHERE l.oid = a.attcollation) END,
           nullif(concat_ws(chr(31),
               'SET STATISTICS ' || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
               CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'c' THEN
                   'SET STORAGE ' || CASE a.attstorage
                       WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
               {compression},
               'SET (' || array_to_string(a.attoptions, ', ') || ')'), ''),
           d.description] END
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
LEFT JOIN pg_description AS d
    ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
