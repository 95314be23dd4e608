-- Which workbooks and data models read a column of the warehouse?
-- ask: table ('DB.SALES.ORDERS'), column ('AMT'; without it, any column of the table)
SELECT d.asset, d.name AS document, d.folder, e.name AS element, c.name AS "column",
       count(DISTINCT r.name) AS warehouse_columns
FROM reaches r
JOIN columns c ON c.key = r.key
JOIN documents d ON d.asset = c.asset AND d.asset_id = c.asset_id
LEFT JOIN elements e ON e.asset_id = c.asset_id AND e.element_id = c.element_id
WHERE r.source = (SELECT value FROM ask WHERE name = 'table')
  AND r.name = coalesce((SELECT value FROM ask WHERE name = 'column'), r.name)
GROUP BY d.asset, d.asset_id, d.name, d.folder, c.key, e.name, c.name
ORDER BY d.asset DESC, d.name, coalesce(e.name, ''), c.name, c.key;
