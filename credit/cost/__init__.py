"""What credit costs a year: simple and compound rates of cash flows as pure calculation, and the cap on them."""
