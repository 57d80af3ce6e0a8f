"""Cash loans: opening, schedule, accrual, repayment."""
