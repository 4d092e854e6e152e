"""Office documents that any step may write: deterministic archives, Word styles after ГОСТ."""
