"""The batch: notebooks of an authority's year run by papermill, and what became of each."""

from client_segments.batch.entries import BatchEntry, read_batch, run_batch
from client_segments.batch.running import run_year
from client_segments.batch.summary import BatchSummary, Row, Status

__all__ = ["BatchEntry", "BatchSummary", "Row", "Status", "read_batch", "run_batch", "run_year"]
