"""What is asked about a pair: ballots and the schedules that they follow."""
