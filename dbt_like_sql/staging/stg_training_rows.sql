-- Every promoted row, conversation or task, one line for each environment it runs in.
SELECT
    domain,
    'sft' AS kind,
    trajectory_id AS training_id,
    trajectory_id,
    split,
    author,
    runtime_version,
    generator_version,
    reward_version,
    seed,
    unnest(env_ids) AS env_id,
    unnest(env_code_sha256s) AS code_sha256,
    unnest(scenario_ids) AS scenario_id
FROM training_ready_sft
UNION ALL
SELECT
    domain,
    'rl_' || mode AS kind,
    task_id AS training_id,
    trajectory_id,
    split,
    author,
    runtime_version,
    generator_version,
    reward_version,
    seed,
    unnest(env_ids) AS env_id,
    unnest(env_code_sha256s) AS code_sha256,
    unnest(scenario_ids) AS scenario_id
FROM training_ready_rl
