-- For every gate of the line, the ids that went in and those that came out.
SELECT domain, 1 AS position, 'environment_candidates' AS gate, resource_id AS subject, resource_id IN (
    SELECT c.resource_id FROM environment_candidates AS c WHERE c.resource_id IS NOT NULL
) AS passed
FROM resources
UNION ALL
SELECT c.domain, 2, 'environments', c.env_id, e.env_id IS NOT NULL
FROM environment_candidates AS c
LEFT JOIN environments AS e ON e.env_id = c.env_id AND e.code_sha256 = c.code_sha256 AND e.current
UNION ALL
SELECT domain, 3, 'raw_trajectories', chain_id, chain_id IN (SELECT r.chain_id FROM raw_trajectories AS r)
FROM chains
UNION ALL
SELECT domain, 4, 'calibrated_trajectories', trajectory_id, trajectory_id IN (SELECT c.trajectory_id FROM calibrated_trajectories AS c)
FROM raw_trajectories
UNION ALL
SELECT domain, 5, 'training_ready_sft', trajectory_id, trajectory_id IN (SELECT s.trajectory_id FROM training_ready_sft AS s)
FROM calibrated_trajectories
WHERE purpose = 'sft'
UNION ALL
SELECT domain, 6, 'training_ready_rl', trajectory_id, trajectory_id IN (SELECT t.trajectory_id FROM training_ready_rl AS t)
FROM calibrated_trajectories
WHERE purpose = 'rl'
