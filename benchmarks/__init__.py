"""What the workbook costs and how well it recovers a planted truth: `python -m benchmarks`.

Times depend on the machine; ratios within one run can be compared between machines. Nothing here
is part of the product and no test asserts a time.
"""
