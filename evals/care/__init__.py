"""What golden cases need: counts, checks, drafts and agreement of their labels."""
