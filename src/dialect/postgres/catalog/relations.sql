-- Everything with columns of its own: tables, partitions, foreign tables, views and composite types, in the order of their making.
-- The comment and the extension of a composite type are those of its type.
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence = 'u', c.relispartition,
       x.objid IS NOT NULL, c.relrowsecurity, c.relforcerowsecurity,
       array_to_string(c.reloptions, chr(31)), array_to_string(toast.reloptions, chr(31)),
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
       i.parents,
       CASE WHEN c.reltablespace <> 0 THEN (SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = c.reltablespace) END,
       m.amname::text, c.relreplident::text,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END, d.description,
       CASE WHEN c.relkind IN ('v', 'm') AND pg_get_userbyid(c.relowner) <> current_user
           THEN pg_get_userbyid(c.relowner)::text END,
       c.relkind IN ('v', 'm') AND (
           EXISTS (SELECT FROM aclexplode(c.relacl) AS g WHERE g.grantee <> c.relowner)
           OR EXISTS (SELECT FROM pg_attribute AS g WHERE g.attrelid = c.oid AND g.attacl IS NOT NULL)),
       c.relkind = 'm' AND NOT c.relispopulated
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_class AS toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN (
    SELECT inhrelid, string_agg(inhparent::text, ' ' ORDER BY inhseqno) AS parents FROM pg_inherits GROUP BY inhrelid
) AS i ON i.inhrelid = c.oid
LEFT JOIN pg_am AS m ON m.oid = c.relam
LEFT JOIN pg_description AS d
    ON d.objoid = CASE WHEN c.relkind = 'c' THEN c.reltype ELSE c.oid END
    AND d.classoid = CASE WHEN c.relkind = 'c' THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END
    AND d.objsubid = 0
LEFT JOIN pg_depend AS x
    ON x.objid = CASE WHEN c.relkind = 'c' THEN c.reltype ELSE c.oid END
    AND x.classid = CASE WHEN c.relkind = 'c' THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END
    AND x.objsubid = 0 AND x.refclassid = 'pg_extension'::regclass AND x.deptype = 'e'
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY c.oid
