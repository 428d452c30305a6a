-- The operator classes that indexes can have: for which type each is, and whether it is the one this type gets by itself.
SELECT o.oid, m.amname, o.opcintype, o.opcdefault,
       CASE WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
            ELSE format('%I.%I', n.nspname, o.opcname) END
FROM pg_opclass AS o
JOIN pg_am AS m ON m.oid = o.opcmethod
JOIN pg_namespace AS n ON n.oid = o.opcnamespace
