-- Which server this is, and whether it calls the objects of the default schema by their bare names: only to a role that may use it.
SELECT current_setting('server_version_num')::int4, {schema} = ANY (current_schemas(false)::text[])
