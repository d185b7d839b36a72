"""Labels' windows, models, their measures and their reasons: pure functions over frames."""
