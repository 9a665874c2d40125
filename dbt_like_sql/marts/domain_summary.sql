-- What each domain has at each stage.
WITH counted AS (
    SELECT domain, 'resources' AS stage, count(*) AS n FROM resources GROUP BY domain
    UNION ALL SELECT domain, 'environment_candidates', count(*) FROM environment_candidates GROUP BY domain
    UNION ALL SELECT domain, 'environments', count(*) FROM environments WHERE current GROUP BY domain
    UNION ALL SELECT domain, 'scenarios', count(*) FROM scenarios GROUP BY domain
    UNION ALL SELECT domain, 'tools', count(*) FROM tool_nodes GROUP BY domain
    UNION ALL SELECT domain, 'edges', count(*) FROM tool_edges GROUP BY domain
    UNION ALL SELECT domain, 'chains', count(*) FROM chains GROUP BY domain
    UNION ALL SELECT domain, 'raw_trajectories', count(*) FROM raw_trajectories GROUP BY domain
    UNION ALL SELECT domain, 'calibrated_trajectories', count(*) FROM calibrated_trajectories GROUP BY domain
    UNION ALL SELECT domain, 'training_ready_sft', count(*) FROM training_ready_sft GROUP BY domain
    UNION ALL SELECT domain, 'training_ready_rl', count(*) FROM training_ready_rl GROUP BY domain
    UNION ALL SELECT domain, 'rejections', count(*) FROM rejections GROUP BY domain
)
SELECT
    domain,
    coalesce(sum(n) FILTER (WHERE stage = 'resources'), 0)::BIGINT AS resources,
    coalesce(sum(n) FILTER (WHERE stage = 'environment_candidates'), 0)::BIGINT AS environment_candidates,
    coalesce(sum(n) FILTER (WHERE stage = 'environments'), 0)::BIGINT AS environments,
    coalesce(sum(n) FILTER (WHERE stage = 'scenarios'), 0)::BIGINT AS scenarios,
    coalesce(sum(n) FILTER (WHERE stage = 'tools'), 0)::BIGINT AS tools,
    coalesce(sum(n) FILTER (WHERE stage = 'edges'), 0)::BIGINT AS edges,
    coalesce(sum(n) FILTER (WHERE stage = 'chains'), 0)::BIGINT AS chains,
    coalesce(sum(n) FILTER (WHERE stage = 'raw_trajectories'), 0)::BIGINT AS raw_trajectories,
    coalesce(sum(n) FILTER (WHERE stage = 'calibrated_trajectories'), 0)::BIGINT AS calibrated_trajectories,
    coalesce(sum(n) FILTER (WHERE stage = 'training_ready_sft'), 0)::BIGINT AS training_ready_sft,
    coalesce(sum(n) FILTER (WHERE stage = 'training_ready_rl'), 0)::BIGINT AS training_ready_rl,
    coalesce(sum(n) FILTER (WHERE stage = 'rejections'), 0)::BIGINT AS rejections
FROM counted
GROUP BY domain
