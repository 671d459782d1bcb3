"""What a score threshold gives: counts, the best threshold, the confusion of classes."""
