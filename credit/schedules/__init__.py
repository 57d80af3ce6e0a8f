"""When and how much: due dates and repayment schedules as pure calculation, no database and no clock."""
