"""What came out: records -> one labelled Dataset, files, failures. Knows shards and designs, not Hydra or launchers."""
