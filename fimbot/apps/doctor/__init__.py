"""What is asked of an engine to see whether it is as it should be, and what is said of the answers.

examine.py     the three requests: which models it has, a hole whose body only the suffix tells, a long answer
watch.py       what passes on the wire meanwhile, for statuses and headers
judge.py       checks, from what was seen; nothing but plain values
report.py      for people, and for programs (schema.json)
"""
