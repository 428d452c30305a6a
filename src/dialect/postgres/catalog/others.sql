-- Extensions, with the schema they are in, and what has no place in the model: its kind and its name.
WITH found (class, oid, kind, schema, name) AS (
    SELECT 'pg_extension'::regclass, e.oid, 'extension', n.nspname, e.extname
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_operator'::regclass, oid, 'operator', oprnamespace::regnamespace::text, oprname FROM pg_operator
    UNION ALL
    SELECT 'pg_opclass'::regclass, oid, 'operator class', opcnamespace::regnamespace::text, opcname FROM pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::regclass, oid, 'operator family', opfnamespace::regnamespace::text, opfname FROM pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::regclass, oid, 'collation', collnamespace::regnamespace::text, collname
    FROM pg_collation WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_conversion'::regclass, oid, 'conversion', connamespace::regnamespace::text, conname FROM pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::regclass, oid, 'text search configuration', cfgnamespace::regnamespace::text, cfgname
    FROM pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, oid, 'text search dictionary', dictnamespace::regnamespace::text, dictname
    FROM pg_ts_dict
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, oid, 'text search parser', prsnamespace::regnamespace::text, prsname
    FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template'::regclass, oid, 'text search template', tmplnamespace::regnamespace::text, tmplname
    FROM pg_ts_template
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, oid, 'statistics object', stxnamespace::regnamespace::text, stxname
    FROM pg_statistic_ext
    UNION ALL
    SELECT 'pg_cast'::regclass, oid, 'cast', NULL,
           format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL) FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, 'event trigger', NULL, evtname FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_publication'::regclass, oid, 'publication', NULL, pubname FROM pg_publication
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign-data wrapper', NULL, fdwname FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 'foreign server', NULL, srvname FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_language'::regclass, oid, 'language', NULL, lanname FROM pg_language WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_am'::regclass, oid, 'access method', NULL, amname FROM pg_am WHERE oid >= 16384
)
SELECT f.kind::text, f.schema::text, f.name::text
FROM found AS f
LEFT JOIN pg_depend AS x ON x.classid = f.class AND x.objid = f.oid AND x.objsubid = 0 AND x.deptype IN ('e', 'i')
WHERE f.oid >= 16384 AND (x.objid IS NULL OR f.kind = 'extension')
ORDER BY 1, 2, 3
