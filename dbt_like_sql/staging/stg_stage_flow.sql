-- For every stage of the line, the ids that went in and those that came out; the last is all that becomes of an executed chain.
SELECT domain, 10 AS position, 'environment_candidates' AS gate, resource_id AS subject, resource_id IN (
    SELECT c.resource_id FROM environment_candidates AS c WHERE c.resource_id IS NOT NULL
) AS passed
FROM resources
UNION ALL
SELECT c.domain, 20, 'environments', c.env_id, e.env_id IS NOT NULL
FROM environment_candidates AS c
LEFT JOIN environments AS e ON e.env_id = c.env_id AND e.code_sha256 = c.code_sha256 AND e.current
UNION ALL
SELECT domain, 30, 'raw_trajectories', chain_id, chain_id IN (SELECT r.chain_id FROM raw_trajectories AS r)
FROM chains
UNION ALL
SELECT domain, 40, 'calibrated_trajectories', trajectory_id, trajectory_id IN (SELECT c.trajectory_id FROM calibrated_trajectories AS c)
FROM raw_trajectories
UNION ALL
SELECT domain, 50, 'training_ready_sft', trajectory_id, trajectory_id IN (SELECT s.trajectory_id FROM training_ready_sft AS s)
FROM calibrated_trajectories
WHERE purpose = 'sft'
UNION ALL
SELECT domain, 60, 'training_ready_rl', trajectory_id, trajectory_id IN (SELECT t.trajectory_id FROM training_ready_rl AS t)
FROM calibrated_trajectories
WHERE purpose = 'rl'
UNION ALL
SELECT domain, 80, 'executed chain to promoted conversation', trajectory_id, trajectory_id IN (
    SELECT s.trajectory_id FROM training_ready_sft AS s UNION ALL SELECT t.trajectory_id FROM training_ready_rl AS t
)
FROM raw_trajectories
