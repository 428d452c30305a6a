-- All sequences with the columns they belong to, and the default of a column that counts with each, unless it is an identity.
SELECT n.nspname::text, c.relname::text, c.relpersistence = 'u', x.objid IS NOT NULL, format_type(s.seqtypid, NULL),
       s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
       CASE WHEN o.deptype IS DISTINCT FROM 'i' THEN 'nextval(' || quote_literal(c.oid::regclass::text) || '::regclass)' END,
       o.refobjid::int8, o.refobjsubid::int4, coalesce(o.deptype = 'i', false), d.description
FROM pg_sequence AS s
JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_depend AS o
    ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
    AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_depend AS x
    ON x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.objsubid = 0
    AND x.refclassid = 'pg_extension'::regclass AND x.deptype = 'e'
LEFT JOIN pg_description AS d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY c.oid
