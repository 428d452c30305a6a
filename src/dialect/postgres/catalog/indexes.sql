-- The parts of all indexes, those of constraints included. An operator class is named when it is not the one the type
-- gets by itself; a collation when it is not that of the column, or of the expression.
SELECT i.indrelid::int8, i.indexrelid::int8, ic.relname::text, i.indisunique, i.indisvalid AND i.indisready,
       i.indisclustered, m.amname::text, {nulls_not_distinct}, array_to_string(ic.reloptions, chr(31)), s.spcname::text,
       pg_get_expr(i.indpred, i.indrelid), h.inhrelid IS NOT NULL,
       CASE WHEN rc.relkind = 'm' OR child.inhrelid IS NOT NULL THEN pg_get_indexdef(i.indexrelid, 0, true) END,
       d.description,
       p.n > i.indnkeyatts, p.attnum::int4,
       CASE WHEN p.attnum = 0 THEN pg_get_indexdef(i.indexrelid, p.n::int4, false) END,
       coalesce(i.indoption[p.n - 1], 0)::int4,
       CASE WHEN l.oid IS NULL THEN NULL
            WHEN ln.nspname IN ('pg_catalog', {schema}) THEN l.collname
            ELSE ln.nspname || '.' || l.collname END,
       CASE WHEN ia.attoptions IS NOT NULL OR NOT o.opcdefault OR usual.oid IS NOT NULL THEN
            CASE WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
                 ELSE format('%I.%I', ons.nspname, o.opcname) END END,
       array_to_string(ia.attoptions, chr(31))
FROM pg_index AS i
JOIN pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_class AS rc ON rc.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = rc.relnamespace
JOIN pg_am AS m ON m.oid = ic.relam
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS p(attnum, n)
LEFT JOIN pg_attribute AS ia ON ia.attrelid = i.indexrelid AND ia.attnum = p.n AND ia.attoptions IS NOT NULL
LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = p.attnum AND p.attnum <> 0
LEFT JOIN pg_opclass AS o ON o.oid = i.indclass[p.n - 1]
LEFT JOIN pg_opclass AS usual ON usual.opcmethod = o.opcmethod AND usual.opcdefault AND usual.opcintype = a.atttypid
    AND o.opcintype <> a.atttypid
LEFT JOIN pg_namespace AS ons ON ons.oid = o.opcnamespace
LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[p.n - 1]
    AND CASE WHEN a.attnum IS NOT NULL THEN l.oid <> a.attcollation
             ELSE l.oid <> 'pg_catalog."default"'::regcollation AND strpos(
                 pg_get_indexdef(i.indexrelid), pg_get_indexdef(i.indexrelid, p.n::int4, false) || ' COLLATE ') > 0 END
LEFT JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
LEFT JOIN pg_tablespace AS s ON s.oid = ic.reltablespace
LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid
LEFT JOIN (SELECT DISTINCT inhrelid FROM pg_inherits) AS child ON child.inhrelid = i.indrelid
LEFT JOIN pg_description AS d ON d.objoid = i.indexrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY i.indrelid, i.indexrelid, p.n
