-- The files of a set as tables, for SQLite's program (3.39 or later). $set is the path of the set
-- without what is behind its time: 'sigma/1764321000'. What the tables are: README.md.
CREATE TABLE ask (name TEXT PRIMARY KEY, value TEXT);

CREATE TABLE documents AS
SELECT 'workbook' AS asset, value ->> 'workbookId' AS asset_id, value ->> 'name' AS name,
       value ->> 'ownerId' AS owner_id, value ->> 'path' AS folder
FROM json_each(readfile($set || '-workbooks.json'))
UNION ALL
SELECT 'datamodel', value ->> 'dataModelId', value ->> 'name', value ->> 'ownerId', value ->> 'path'
FROM json_each(readfile($set || '-datamodels.json'));

CREATE TABLE members AS
SELECT value ->> 'memberId' AS member_id, value ->> 'email' AS email,
       trim(coalesce(value ->> 'firstName', '') || ' ' || coalesce(value ->> 'lastName', '')) AS name
FROM json_each(readfile($set || '-members.json'));

CREATE TABLE elements AS
SELECT value ->> 'workbook_id' AS asset_id, value ->> 'elementId' AS element_id,
       value ->> 'name' AS name
FROM json_each(readfile($set || '-elements.json'));

CREATE TABLE records AS
SELECT key AS n, value AS record
FROM json_each(readfile($set || '-field_lineage.json'));

CREATE TABLE columns AS
SELECT n, (record ->> 'asset') || '/' || (record ->> 'asset_id') || '/'
          || coalesce(record ->> 'element_id', '') || '/'
          || coalesce(record ->> 'column_id', '=' || coalesce(record ->> 'column', '')) AS key,
       record ->> 'asset' AS asset, record ->> 'asset_id' AS asset_id,
       record ->> 'element_id' AS element_id, record ->> 'column' AS name,
       record ->> 'formula' AS formula
FROM records;
CREATE INDEX columns_key ON columns (key);

-- A data model may be in no listing and yet be read, or read what one asks for.
INSERT INTO documents
SELECT DISTINCT asset, asset_id, asset_id, NULL, NULL FROM columns c
WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.asset = c.asset AND d.asset_id = c.asset_id);

CREATE TABLE reads AS
SELECT c.key, r.key AS n, r.value ->> 'kind' AS kind, r.value ->> 'how' AS how,
       CASE WHEN r.value ->> 'kind' = 'column' THEN
           (r.value ->> 'asset') || '/' || (r.value ->> 'asset_id') || '/'
           || coalesce(r.value ->> 'element_id', '') || '/'
           || coalesce(r.value ->> 'column_id', '=' || coalesce(r.value ->> 'column', '')) END
           AS read_key,
       coalesce((SELECT group_concat(value, '.') FROM json_each(r.value, '$.path')),
                r.value ->> 'name', r.value ->> 'inodeId') AS source,
       r.value ->> 'column' AS name
FROM records JOIN columns c USING (n), json_each(record, '$.reads') r;
CREATE INDEX reads_key ON reads (key);

CREATE TABLE unresolved AS
SELECT c.key, u.value ->> 'reference' AS reference, u.value ->> 'reason' AS reason
FROM records JOIN columns c USING (n), json_each(record, '$.unresolved') u;
CREATE INDEX unresolved_key ON unresolved (key);

CREATE TABLE reaches AS
SELECT c.key, r.value ->> 'connectionId' AS connection_id,
       coalesce((SELECT group_concat(value, '.') FROM json_each(r.value, '$.path')),
                r.value ->> 'inodeId') AS source,
       r.value ->> 'column' AS name
FROM records JOIN columns c USING (n), json_each(record, '$.reaches') r;
CREATE INDEX reaches_source ON reaches (source, name);
CREATE INDEX reaches_key ON reaches (key);

DROP TABLE records;
