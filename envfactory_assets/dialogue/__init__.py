"""Planning, requests, calibrated refinement and solvability proofs: from executed chains to conversations."""
