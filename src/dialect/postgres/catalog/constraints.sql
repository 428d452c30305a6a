-- The constraints of all tables, in the order of their making. Since PostgreSQL 18 NOT NULL is one of them.
SELECT k.conrelid::int8, k.conname::text, k.contype::text, k.condeferrable, k.condeferred, k.convalidated,
       k.connoinherit, k.conislocal, k.coninhcount <> 0, k.conparentid <> 0, k.conkey::text,
       k.confrelid::int8, k.confkey::text, k.confupdtype::text, k.confdeltype::text, k.confmatchtype::text,
       {delete_columns}, {enforced}, {period},
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END,
       CASE WHEN k.contype = 'x' THEN (
           SELECT string_agg(
               CASE WHEN pg_operator_is_visible(o.oid) THEN o.oprname::text
                    ELSE format('OPERATOR(%I.%s)', n.nspname, o.oprname) END, chr(31) ORDER BY u.n)
           FROM unnest(k.conexclop) WITH ORDINALITY AS u(oid, n)
           JOIN pg_operator AS o ON o.oid = u.oid
           JOIN pg_namespace AS n ON n.oid = o.oprnamespace
       ) END,
       CASE WHEN k.conrelid IN (SELECT inhrelid FROM pg_inherits) THEN pg_get_constraintdef(k.oid) END,
       k.conindid::int8, d.description
FROM pg_constraint AS k
JOIN pg_namespace AS n ON n.oid = k.connamespace
LEFT JOIN pg_description AS d ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass AND d.objsubid = 0
WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'f', 'c', 'x', 'n')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.oid
