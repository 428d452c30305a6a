-- What views read: tables and views, and their columns.
SELECT r.ev_class::int8, n.nspname::text, c.relname::text, a.attname::text
FROM pg_rewrite AS r
JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
JOIN pg_namespace AS vn ON vn.oid = v.relnamespace
JOIN pg_depend AS d
    ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    AND d.deptype = 'n' AND d.refobjid <> r.ev_class
JOIN pg_class AS c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
WHERE r.rulename = '_RETURN' AND vn.nspname !~ '^pg_' AND vn.nspname <> 'information_schema'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
