"""What the DAG files share: how a run knows its day, its connections, and what a failure means."""
