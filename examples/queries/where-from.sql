-- Where does a column of a workbook or data model come from, hop by hop, and what is not known?
-- ask: document (its name or id), column, element (its name or id; without it, each that has it)
WITH RECURSIVE
asked AS (
    SELECT c.key
    FROM columns c
    JOIN documents d ON d.asset = c.asset AND d.asset_id = c.asset_id
    LEFT JOIN elements e ON e.asset_id = c.asset_id AND e.element_id = c.element_id
    WHERE (SELECT value FROM ask WHERE name = 'document') IN (d.name, d.asset_id)
      AND ((c.name = (SELECT value FROM ask WHERE name = 'column')
            AND ((SELECT value FROM ask WHERE name = 'element') IS NULL
                 OR (SELECT value FROM ask WHERE name = 'element') IN (e.name, c.element_id)))
           -- or nobody knows which columns the document has
           OR EXISTS (SELECT 1 FROM unresolved u
                      WHERE u.key = c.key AND u.reason = 'columns-unavailable'))
),
-- UNION ends circles; a column counts where it is come to first.
chain (key, hop) AS (
    SELECT key, 0 FROM asked
    UNION
    SELECT r.read_key, chain.hop + 1
    FROM chain JOIN reads r ON r.key = chain.key
    WHERE r.read_key IS NOT NULL AND chain.hop < 100
),
nearest AS (SELECT key, min(hop) AS hop FROM chain GROUP BY key),
lines AS (
    SELECT n.hop, n.key, 'reads ' || r.kind AS what, r.how AS note,
           CASE WHEN r.kind IN ('column', 'input-table')
                THEN coalesce(d.name || ' / ', '') || coalesce(e.name || ' / ', '') || coalesce(r.name, '')
                ELSE coalesce(r.source || '.', '') || coalesce(r.name, '') END AS source
    FROM nearest n
    JOIN reads r ON r.key = n.key
    LEFT JOIN columns c ON c.key = r.read_key
    LEFT JOIN documents d ON d.asset = c.asset AND d.asset_id = c.asset_id
    LEFT JOIN elements e ON e.asset_id = c.asset_id AND e.element_id = c.element_id
    UNION ALL
    SELECT n.hop, n.key, 'not known', u.reason, coalesce(u.reference, '')
    FROM nearest n JOIN unresolved u ON u.key = n.key
    UNION ALL
    SELECT 1000, a.key, 'warehouse', NULL, r.source || '.' || r.name
    FROM asked a JOIN reaches r ON r.key = a.key
)
SELECT CASE WHEN l.hop = 1000 THEN NULL ELSE l.hop END AS hop, d.name AS document,
       e.name AS element, c.name AS "column", l.what, l.source, l.note
FROM lines l
LEFT JOIN columns c ON c.key = l.key
LEFT JOIN documents d ON d.asset = c.asset AND d.asset_id = c.asset_id
LEFT JOIN elements e ON e.asset_id = c.asset_id AND e.element_id = c.element_id
ORDER BY l.hop, d.name, coalesce(e.name, ''), c.name, l.what, l.source, l.key;
