"""Who a buyer is: registration numbers, names, and buyers that may be one company."""
