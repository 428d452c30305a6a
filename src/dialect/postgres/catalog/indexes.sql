-- All indexes, those of constraints included. What is said of each part is a list: of numbers of the catalogs where that
-- does, of texts only where there are any. A collation has a name here when it is neither none nor that of the database,
-- and of an expression only if it is not the expression's own.
SELECT i.indrelid, i.indexrelid, ic.relname, i.indisunique, i.indisvalid AND i.indisready, i.indisclustered, m.amname,
       {nulls_not_distinct}, array_to_string(ic.reloptions, chr(31)),
       CASE WHEN ic.reltablespace <> 0 THEN (
           SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = ic.reltablespace) END,
       pg_get_expr(i.indpred, i.indrelid), ic.relispartition,
       CASE WHEN i.indrelid IN (SELECT oid FROM pg_class WHERE relkind = 'm' UNION ALL SELECT inhrelid FROM pg_inherits)
            THEN pg_get_indexdef(i.indexrelid, 0, true) END,
       d.description, i.indnkeyatts, i.indkey::text, i.indoption::text, i.indclass::text, i.indcollation::text,
       CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
           SELECT CASE WHEN p.attnum = 0 THEN pg_get_indexdef(i.indexrelid, p.n::int4, false) END
           FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p(attnum, n) ORDER BY p.n) END,
       CASE WHEN NOT i.indcollation::oid[] <@ '{0,100}'::oid[] THEN ARRAY(
           SELECT CASE
                WHEN l.oid IS NULL OR p.attnum = 0 AND strpos(
                    pg_get_indexdef(i.indexrelid), pg_get_indexdef(i.indexrelid, p.n::int4, false) || ' COLLATE ') = 0
                THEN NULL
                WHEN ln.nspname IN ('pg_catalog', {schema}) THEN l.collname::text
                ELSE ln.nspname || '.' || l.collname END
           FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p(attnum, n)
           LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[p.n - 1] AND l.oid NOT IN (0, 100)
           LEFT JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
           ORDER BY p.n) END,
       CASE WHEN m.amname <> 'btree' OR 16384 <= ANY (i.indclass::oid[]) THEN ARRAY(
           SELECT array_to_string(a.attoptions, chr(31)) FROM pg_attribute AS a
           WHERE a.attrelid = i.indexrelid AND a.attnum > 0 ORDER BY a.attnum) END
FROM pg_index AS i
JOIN pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = ic.relnamespace
JOIN pg_am AS m ON m.oid = ic.relam
LEFT JOIN pg_description AS d ON d.objoid = i.indexrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
