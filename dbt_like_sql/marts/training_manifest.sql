-- Every training row back to its conversation, its chain, the code of its environment and the document that was made from.
SELECT
    t.domain,
    t.kind,
    t.training_id,
    t.trajectory_id,
    r.chain_id,
    t.env_id,
    t.code_sha256,
    t.scenario_id,
    e.author AS environment_author,
    e.resource_id,
    e.content_sha256 AS resource_sha256,
    d.source_uri,
    d.license,
    t.split,
    t.author,
    t.runtime_version,
    t.generator_version,
    t.reward_version,
    t.seed
FROM stg_training_rows AS t
LEFT JOIN raw_trajectories AS r ON r.trajectory_id = t.trajectory_id
LEFT JOIN environments AS e ON e.env_id = t.env_id AND e.code_sha256 = t.code_sha256
LEFT JOIN resources AS d ON d.resource_id = e.resource_id
