"""From votes to numbers: policies, outcomes, estimates."""
