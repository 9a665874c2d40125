-- The promoted environments with what they offer and how much was made from them.
SELECT
    e.domain,
    e.env_id,
    e.author,
    e.split,
    round(e.grade, 3) AS grade,
    e.tool_count,
    json_array_length(e.spec, '$.entities') AS entity_count,
    (SELECT list(DISTINCT n.effect ORDER BY n.effect) FROM tool_nodes AS n WHERE n.env_id = e.env_id) AS effects,
    (SELECT count(*) FROM tool_edges AS g WHERE starts_with(g.from_tool, e.env_id || '.')) AS edges,
    (SELECT count(*) FROM scenarios AS s WHERE s.env_id = e.env_id) AS scenarios,
    (SELECT count(DISTINCT t.training_id) FROM stg_training_rows AS t WHERE t.env_id = e.env_id) AS training_rows,
    r.title,
    r.source_uri,
    e.code_sha256
FROM environments AS e
LEFT JOIN resources AS r ON r.resource_id = e.resource_id
WHERE e.current
