"""What a result is set beside: earlier surveys, predecessors, other units, norms."""
