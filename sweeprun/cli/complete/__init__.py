"""What a shell proposes for a half-typed command line."""
