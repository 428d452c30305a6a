-- The columns of all ordinary tables. Virtual tables have no page of their own; asking them could fail.
SELECT t.name, c.name, c."notnull", c.pk, c.hidden
FROM main.sqlite_schema AS t
JOIN pragma_table_xinfo(t.name, 'main') AS c
WHERE t.type = 'table' AND t.rootpage > 0 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY t.name, c.cid
