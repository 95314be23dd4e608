-- Who owns what breaks when a table or a column of the warehouse changes?
-- ask: table ('DB.SALES.ORDERS'), column ('AMT'; without it, any column of the table)
-- `not_known`: columns of that document of which something is not known, so that more may break.
SELECT coalesce(m.name, d.owner_id, 'not known') AS owner, m.email, d.asset, d.name AS document, d.folder,
       count(DISTINCT c.key) AS columns_that_break,
       (SELECT count(DISTINCT u.key)
        FROM columns o JOIN unresolved u ON u.key = o.key
        WHERE o.asset = d.asset AND o.asset_id = d.asset_id) AS not_known
FROM reaches r
JOIN columns c ON c.key = r.key
JOIN documents d ON d.asset = c.asset AND d.asset_id = c.asset_id
LEFT JOIN members m ON m.member_id = d.owner_id
WHERE r.source = (SELECT value FROM ask WHERE name = 'table')
  AND r.name = coalesce((SELECT value FROM ask WHERE name = 'column'), r.name)
GROUP BY d.asset, d.asset_id, d.name, d.folder, d.owner_id, m.name, m.email
ORDER BY 1, coalesce(m.email, ''), d.asset DESC, d.name, d.asset_id;
