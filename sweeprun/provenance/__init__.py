"""Where results come from: code, packages, git, hosts, input files."""
