-- The files of a set as tables, for DuckDB (1.2 or later). The variable `set` is the path of the set
-- without what is behind its time: SET VARIABLE set = 'sigma/1764321000'. What the tables are:
-- README.md.
CREATE TABLE ask (name VARCHAR PRIMARY KEY, value VARCHAR);

CREATE TABLE documents AS
SELECT 'workbook' AS asset, workbookId AS asset_id, name, ownerId AS owner_id, path AS folder
FROM read_json(getvariable('set') || '-workbooks.json', format = 'array',
               columns = {workbookId: 'VARCHAR', name: 'VARCHAR', ownerId: 'VARCHAR', path: 'VARCHAR'})
UNION ALL
SELECT 'datamodel', dataModelId, name, ownerId, path
FROM read_json(getvariable('set') || '-datamodels.json', format = 'array',
               columns = {dataModelId: 'VARCHAR', name: 'VARCHAR', ownerId: 'VARCHAR', path: 'VARCHAR'});

CREATE TABLE members AS
SELECT memberId AS member_id, email,
       trim(coalesce(firstName, '') || ' ' || coalesce(lastName, '')) AS name
FROM read_json(getvariable('set') || '-members.json', format = 'array',
               columns = {memberId: 'VARCHAR', email: 'VARCHAR', firstName: 'VARCHAR', lastName: 'VARCHAR'});

CREATE TABLE elements AS
SELECT workbook_id AS asset_id, elementId AS element_id, name
FROM read_json(getvariable('set') || '-elements.json', format = 'array',
               columns = {workbook_id: 'VARCHAR', elementId: 'VARCHAR', name: 'VARCHAR'});

CREATE TABLE records AS
SELECT row_number() OVER () - 1 AS n, *
FROM read_json(getvariable('set') || '-field_lineage.json', format = 'array',
               maximum_object_size = 134217728,
               columns = {asset: 'VARCHAR', asset_id: 'VARCHAR', element_id: 'VARCHAR',
                          column_id: 'VARCHAR', "column": 'VARCHAR', formula: 'VARCHAR',
                          reads: 'JSON[]', unresolved: 'JSON[]', reaches: 'JSON[]'});

CREATE TABLE columns AS
SELECT n, asset || '/' || asset_id || '/' || coalesce(element_id, '') || '/'
          || coalesce(column_id, '=' || coalesce("column", '')) AS key,
       asset, asset_id, element_id, "column" AS name, formula
FROM records;

-- A data model may be in no listing and yet be read, or read what one asks for.
INSERT INTO documents
SELECT DISTINCT asset, asset_id, asset_id, NULL, NULL FROM columns c
WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.asset = c.asset AND d.asset_id = c.asset_id);

CREATE TABLE reads AS
SELECT key, n, r ->> 'kind' AS kind, r ->> 'how' AS how,
       CASE WHEN r ->> 'kind' = 'column' THEN
           (r ->> 'asset') || '/' || (r ->> 'asset_id') || '/' || coalesce(r ->> 'element_id', '')
           || '/' || coalesce(r ->> 'column_id', '=' || coalesce(r ->> 'column', '')) END
           AS read_key,
       coalesce(array_to_string(CAST(r -> 'path' AS VARCHAR[]), '.'), r ->> 'name', r ->> 'inodeId')
           AS source,
       r ->> 'column' AS name
FROM (SELECT c.key, unnest(range(len(reads))) AS n, unnest(reads) AS r
      FROM records JOIN columns c USING (n));

CREATE TABLE unresolved AS
SELECT key, u ->> 'reference' AS reference, u ->> 'reason' AS reason
FROM (SELECT c.key, unnest(unresolved) AS u FROM records JOIN columns c USING (n));

CREATE TABLE reaches AS
SELECT key, r ->> 'connectionId' AS connection_id,
       coalesce(array_to_string(CAST(r -> 'path' AS VARCHAR[]), '.'), r ->> 'inodeId') AS source,
       r ->> 'column' AS name
FROM (SELECT c.key, unnest(reaches) AS r FROM records JOIN columns c USING (n));

DROP TABLE records;
