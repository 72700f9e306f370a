"""What doors that write to a terminal share: progress, outcomes, phrases."""
