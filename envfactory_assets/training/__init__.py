"""Rewards, gates, rollouts, exports and evaluation: from proven conversations to training-ready rows."""
