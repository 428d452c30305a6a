-- What is a table, a view, a virtual table or the shadow of one.
SELECT name, type, wr, strict
FROM pragma_table_list
WHERE schema = 'main'
