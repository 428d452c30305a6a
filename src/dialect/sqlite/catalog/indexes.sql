-- The key columns of all indexes, constraints' own indexes included, in the order they were created.
SELECT t.name, i.name, i."unique", i.origin, x.cid, x.name, x."desc", x.coll
FROM main.sqlite_schema AS t
JOIN pragma_index_list(t.name, 'main') AS i
JOIN pragma_index_xinfo(i.name, 'main') AS x
WHERE t.type = 'table' AND t.rootpage > 0 AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND x.key = 1
ORDER BY t.name, i.seq DESC, x.seqno
