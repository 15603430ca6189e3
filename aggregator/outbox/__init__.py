"""Messages written in the transaction of the fact they tell of, and sent afterwards."""
